using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Nvrtc;
using static GptCuda.VirtualGpu.Nvrtc.nvrtcResult;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>The functions of libnvrtc. None needs a device; all may be called from several threads.</summary>
internal static unsafe class NvrtcExports
{
    /// <summary>The CUDA release whose interface this is; the library's name says the major version.</summary>
    private const int Major = 12, Minor = 9;

    private static readonly HandleTable<NvrtcProgram> Programs = new("program");
    private static readonly Lock ProgramsLock = new();

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcVersion))]
    public static nvrtcResult nvrtcVersion(int* major, int* minor) => Guard(nameof(nvrtcVersion), () =>
    {
        RequirePointer(major);
        RequirePointer(minor);
        (*major, *minor) = (Major, Minor);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetErrorString))]
    public static byte* nvrtcGetErrorString(nvrtcResult result) =>
        (byte*)ConstantText.Of(Enum.IsDefined(result) ? result.ToString() : "NVRTC_ERROR unknown");

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetNumSupportedArchs))]
    public static nvrtcResult nvrtcGetNumSupportedArchs(int* count) => Guard(nameof(nvrtcGetNumSupportedArchs), () =>
    {
        RequirePointer(count);
        *count = Clang.Architectures().Length;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetSupportedArchs))]
    public static nvrtcResult nvrtcGetSupportedArchs(int* architectures) => Guard(nameof(nvrtcGetSupportedArchs), () =>
    {
        RequirePointer(architectures);
        int[] known = Clang.Architectures();
        known.CopyTo(new Span<int>(architectures, known.Length));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcCreateProgram))]
    public static nvrtcResult nvrtcCreateProgram(
        nint* program, byte* source, byte* name, int headerCount, byte** headers, byte** includeNames) =>
        Guard(nameof(nvrtcCreateProgram), () =>
        {
            RequirePointer(program);
            RequirePointer(source);
            if (headerCount < 0 || (headerCount > 0 && (headers is null || includeNames is null)))
                throw new NvrtcException(NVRTC_ERROR_INVALID_INPUT, $"{headerCount} headers, and their texts or names are missing.");
            SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
            for (int i = 0; i < headerCount; i++)
            {
                RequirePointer(headers[i]);
                RequirePointer(includeNames[i]);
                texts[HeaderName(Text(includeNames[i]))] = Text(headers[i]);
            }
            string called = name is null || *name == 0 ? "default_program" : Text(name);
            lock (ProgramsLock)
                *program = Programs.Add(new NvrtcProgram(called, Text(source), texts));
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcDestroyProgram))]
    public static nvrtcResult nvrtcDestroyProgram(nint* program) => Guard(nameof(nvrtcDestroyProgram), () =>
    {
        if (program is null)
            throw new NvrtcException(NVRTC_ERROR_INVALID_PROGRAM, "the program is null.");
        lock (ProgramsLock)
            Programs.Remove(*program).Dispose();
        *program = 0;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcCompileProgram))]
    public static nvrtcResult nvrtcCompileProgram(nint program, int optionCount, byte** options) => Guard(nameof(nvrtcCompileProgram), () =>
    {
        if (optionCount < 0 || (optionCount > 0 && options is null))
            throw new NvrtcException(NVRTC_ERROR_INVALID_INPUT, $"{optionCount} options, and they are missing.");
        string[] texts = new string[optionCount];
        for (int i = 0; i < optionCount; i++)
        {
            RequirePointer(options[i]);
            texts[i] = Text(options[i]);
        }
        Get(program).Compile(texts);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetProgramLogSize))]
    public static nvrtcResult nvrtcGetProgramLogSize(nint program, nuint* size) =>
        GiveSize(nameof(nvrtcGetProgramLogSize), program, size, static asked => asked.Log);

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetProgramLog))]
    public static nvrtcResult nvrtcGetProgramLog(nint program, byte* log) =>
        Give(nameof(nvrtcGetProgramLog), program, log, static asked => asked.Log);

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetPTXSize))]
    public static nvrtcResult nvrtcGetPTXSize(nint program, nuint* size) =>
        GiveSize(nameof(nvrtcGetPTXSize), program, size, static asked => asked.Ptx);

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetPTX))]
    public static nvrtcResult nvrtcGetPTX(nint program, byte* ptx) => Give(nameof(nvrtcGetPTX), program, ptx, static asked => asked.Ptx);

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetCUBINSize))]
    public static nvrtcResult nvrtcGetCUBINSize(nint program, nuint* size) =>
        GiveSize(nameof(nvrtcGetCUBINSize), program, size, static asked => asked.Image ?? []);

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetCUBIN))]
    public static nvrtcResult nvrtcGetCUBIN(nint program, byte* image) => Give(nameof(nvrtcGetCUBIN), program, image, static asked =>
        asked.Image ?? throw new NvrtcException(NVRTC_ERROR_INVALID_PROGRAM, "compute_XX gives PTX alone; an image needs sm_XX."));

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcAddNameExpression))]
    public static nvrtcResult nvrtcAddNameExpression(nint program, byte* expression) => Guard(nameof(nvrtcAddNameExpression), () =>
    {
        RequirePointer(expression);
        Get(program).AddNameExpression(Text(expression));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(nvrtcGetLoweredName))]
    public static nvrtcResult nvrtcGetLoweredName(nint program, byte* expression, byte** lowered) =>
        Guard(nameof(nvrtcGetLoweredName), () =>
        {
            RequirePointer(expression);
            RequirePointer(lowered);
            *lowered = (byte*)Get(program).LoweredName(Text(expression));
        });

    private static nvrtcResult GiveSize(string function, nint program, nuint* size, Func<NvrtcProgram, byte[]> bytes) =>
        Guard(function, () =>
        {
            RequirePointer(size);
            *size = (nuint)bytes(Get(program)).Length;
        });

    private static nvrtcResult Give(string function, nint program, byte* destination, Func<NvrtcProgram, byte[]> bytes) =>
        Guard(function, () =>
        {
            RequirePointer(destination);
            byte[] given = bytes(Get(program));
            given.CopyTo(new Span<byte>(destination, given.Length));
        });

    private static NvrtcProgram Get(nint program)
    {
        lock (ProgramsLock)
            return Programs.Get(program);
    }

    /// <summary>The real one looks headers up by name alone; here each is a file in a folder, and must stay in there.</summary>
    private static string HeaderName(string name) => name.Length == 0 || Path.IsPathRooted(name) || name.Split('/').Contains("..")
        ? throw new NvrtcException(NVRTC_ERROR_INVALID_INPUT, $"\"{name}\" is no header name here: it must be relative and without \"..\".")
        : name;

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private static void RequirePointer(void* pointer)
    {
        if (pointer is null)
            throw new NvrtcException(NVRTC_ERROR_INVALID_INPUT, "a pointer is null.");
    }

    private static nvrtcResult Guard(string function, Action body)
    {
        try
        {
            body();
            return NVRTC_SUCCESS;
        }
        catch (NvrtcException refused)
        {
            return Explained(function, refused.Result, refused.Message);
        }
        catch (DriverException unknown)
        {
            // No live program has this handle.
            return Explained(function, NVRTC_ERROR_INVALID_PROGRAM, unknown.Message);
        }
        catch (Exception unexpected)
        {
            Console.Error.WriteLine($"virtual GPU: {function}: {unexpected}");
            return NVRTC_ERROR_INTERNAL_ERROR;
        }
    }

    private static nvrtcResult Explained(string function, nvrtcResult result, string why)
    {
        if (Environment.GetEnvironmentVariable(Boundary.ExplainVariable) is "1")
            Console.Error.WriteLine($"virtual GPU: {function}: {result}: {why}");
        return result;
    }
}
