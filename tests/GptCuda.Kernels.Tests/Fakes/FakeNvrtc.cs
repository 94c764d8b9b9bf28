using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Nvrtc;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>
/// A compiler whose image is its input: source, header names, options. Source that contains the word broken does not compile.
/// </summary>
internal static unsafe class FakeNvrtc
{
    private const string Log =
        "kernel.cu(2): error: identifier \"broken\" is undefined\n\n1 error detected in the compilation of \"kernel.cu\".\n";

    private static readonly Dictionary<nint, byte[]> Images = [];
    private static readonly Dictionary<nint, string> Sources = [];
    private static int _running;
    private static nint _next;

    public static int MostAtOnce { get; private set; }

    /// <summary>Whether a compilation waits, up to ten seconds, until another has begun.</summary>
    public static bool WaitsForAnother { get; set; }

    public static NvrtcCompiler Open()
    {
        MostAtOnce = 0;
        WaitsForAnother = false;
        SymbolTable versions = FakeLibraries.Of("libnvrtc.so.13");
        var functions = typeof(LibNvrtc).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.FieldType.IsFunctionPointer)
            .ToDictionary(field => field.Name, field => versions.Find(field.Name));
        foreach (MethodInfo method in typeof(FakeNvrtc).GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
        {
            if (functions.ContainsKey(method.Name)) functions[method.Name] = method.MethodHandle.GetFunctionPointer();
        }
        return NvrtcCompiler.Open(SymbolTable.FromFunctions("fake NVRTC", functions));
    }

    [UnmanagedCallersOnly]
    private static nvrtcResult nvrtcCreateProgram(nint* program, byte* source, byte* name, int count, byte** headers, byte** names)
    {
        var text = new StringBuilder(Marshal.PtrToStringUTF8((nint)source)).Append('|').Append(Marshal.PtrToStringUTF8((nint)name));
        for (int i = 0; i < count; i++) text.Append('|').Append(Marshal.PtrToStringUTF8((nint)names[i])).Append('=').Append(
            Marshal.PtrToStringUTF8((nint)headers[i]));
        lock (Sources)
        {
            *program = ++_next;
            Sources[*program] = text.ToString();
        }
        return nvrtcResult.NVRTC_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int count, byte** options)
    {
        lock (Sources) MostAtOnce = Math.Max(MostAtOnce, ++_running);
        if (WaitsForAnother) SpinWait.SpinUntil(() => MostAtOnce > 1, 10_000);
        lock (Sources)
        {
            _running--;
            string text = Sources[program.Value];
            for (int i = 0; i < count; i++) text += "|" + Marshal.PtrToStringUTF8((nint)options[i]);
            Images[program.Value] = Encoding.UTF8.GetBytes(text);
            return text.Contains("broken") ? nvrtcResult.NVRTC_ERROR_COMPILATION : nvrtcResult.NVRTC_SUCCESS;
        }
    }

    [UnmanagedCallersOnly]
    private static nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, nuint* size)
    {
        *size = (nuint)Log.Length + 1;
        return nvrtcResult.NVRTC_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, byte* log)
    {
        Encoding.UTF8.GetBytes(Log + '\0', new Span<byte>(log, Log.Length + 1));
        return nvrtcResult.NVRTC_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, nuint* size)
    {
        lock (Sources) *size = (nuint)Images[program.Value].Length;
        return nvrtcResult.NVRTC_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, byte* image)
    {
        lock (Sources) Images[program.Value].CopyTo(new Span<byte>(image, Images[program.Value].Length));
        return nvrtcResult.NVRTC_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static byte* nvrtcGetErrorString(nvrtcResult result) => (byte*)Marshal.StringToCoTaskMemUTF8(result.ToString());
}
