using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Nvrtc;

namespace GptCuda.VirtualGpu.Tests.Nvrtc;

/// <summary>A program behind NVRTC's exports.</summary>
internal sealed unsafe class TestProgram : IDisposable
{
    private readonly List<nint> _texts = [];
    private nint _handle;

    public TestProgram(string source, string? name = "test.cu", params (string Name, string Text)[] headers)
    {
        nint[] texts = [.. headers.Select(header => Native(header.Text)), 0], names = [.. headers.Select(header => Native(header.Name)), 0];
        nint handle;
        fixed (nint* textPointer = texts, namePointer = names)
        {
            Created = ((delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, nvrtcResult>)&NvrtcExports.nvrtcCreateProgram)(
                &handle,
                (byte*)Native(source),
                name is null ? null : (byte*)Native(name),
                headers.Length,
                (byte**)textPointer,
                (byte**)namePointer);
        }
        _handle = handle;
    }

    /// <summary>What making it gave.</summary>
    public nvrtcResult Created { get; }

    public nint Handle => _handle;

    public string Log =>
        Encoding.UTF8.GetString(Bytes(&NvrtcExports.nvrtcGetProgramLogSize, &NvrtcExports.nvrtcGetProgramLog)).TrimEnd('\0');

    public string Ptx => Encoding.UTF8.GetString(Bytes(&NvrtcExports.nvrtcGetPTXSize, &NvrtcExports.nvrtcGetPTX)).TrimEnd('\0');

    public byte[] Image => Bytes(&NvrtcExports.nvrtcGetCUBINSize, &NvrtcExports.nvrtcGetCUBIN);

    public void Dispose()
    {
        nint handle = _handle;
        if (handle != 0)
            Assert.Equal(nvrtcResult.NVRTC_SUCCESS, ((delegate* unmanaged<nint*, nvrtcResult>)&NvrtcExports.nvrtcDestroyProgram)(&handle));
        Assert.Equal(0, handle);
        foreach (nint text in _texts)
            Marshal.FreeCoTaskMem(text);
    }

    public nvrtcResult Compile(params string[] options)
    {
        nint[] texts = [.. options.Select(Native), 0];
        fixed (nint* pointer = texts)
            return ((delegate* unmanaged<nint, int, byte**, nvrtcResult>)&NvrtcExports.nvrtcCompileProgram)(
                _handle, options.Length, (byte**)pointer);
    }

    public nvrtcResult AddNameExpression(string expression) =>
        ((delegate* unmanaged<nint, byte*, nvrtcResult>)&NvrtcExports.nvrtcAddNameExpression)(_handle, (byte*)Native(expression));

    public nvrtcResult TryLoweredName(string expression, out string? lowered)
    {
        byte* name = null;
        nvrtcResult result = ((delegate* unmanaged<nint, byte*, byte**, nvrtcResult>)&NvrtcExports.nvrtcGetLoweredName)(
            _handle, (byte*)Native(expression), &name);
        lowered = Marshal.PtrToStringUTF8((nint)name);
        return result;
    }

    private byte[] Bytes(delegate* unmanaged<nint, nuint*, nvrtcResult> size, delegate* unmanaged<nint, byte*, nvrtcResult> get)
    {
        nuint bytes;
        Assert.Equal(nvrtcResult.NVRTC_SUCCESS, size(_handle, &bytes));
        byte[] result = new byte[(int)bytes];
        if (result.Length > 0)
        {
            fixed (byte* pointer = result)
                Assert.Equal(nvrtcResult.NVRTC_SUCCESS, get(_handle, pointer));
        }
        return result;
    }

    private nint Native(string text)
    {
        nint native = Marshal.StringToCoTaskMemUTF8(text);
        _texts.Add(native);
        return native;
    }
}
