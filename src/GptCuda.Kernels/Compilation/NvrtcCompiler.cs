using System.Runtime.InteropServices;
using System.Text;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Nvrtc;

namespace GptCuda.Kernels.Compilation;

/// <summary>NVIDIA's run-time compiler. Thread-safe.</summary>
public sealed unsafe class NvrtcCompiler
{
    private readonly LibNvrtc _nvrtc;
    private readonly Lazy<string> _identity;

    private NvrtcCompiler(LibNvrtc nvrtc)
    {
        _nvrtc = nvrtc;
        int major, minor;
        Check(nvrtc.nvrtcVersion(&major, &minor), nameof(nvrtc.nvrtcVersion));
        Version = (1000 * major) + (10 * minor);
        int count;
        Check(nvrtc.nvrtcGetNumSupportedArchs(&count), nameof(nvrtc.nvrtcGetNumSupportedArchs));
        int[] architectures = new int[count];
        fixed (int* pointer = architectures) Check(nvrtc.nvrtcGetSupportedArchs(pointer), nameof(nvrtc.nvrtcGetSupportedArchs));
        Architectures = architectures;
        _identity = new Lazy<string>(() => LibraryIdentity.Of(nvrtc.Symbols, Version));
    }

    /// <summary>NVRTC's version: 1000 x major + 10 x minor.</summary>
    public int Version { get; }

    /// <summary>The architectures that it makes machine code for, as numbers such as 80.</summary>
    public IReadOnlyList<int> Architectures { get; }

    /// <summary>The library and its path.</summary>
    public SymbolTable Symbols => _nvrtc.Symbols;

    /// <summary>Version, size and content hash of the library: what else decides the machine code besides the source.</summary>
    public string Identity => _identity.Value;

    /// <summary>Binds NVRTC.</summary>
    /// <param name="symbols">libnvrtc's functions.</param>
    /// <exception cref="MissingSymbolException">The library is older than NVRTC 11.2.</exception>
    public static NvrtcCompiler Open(SymbolTable symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        return new NvrtcCompiler(new LibNvrtc(symbols));
    }

    /// <summary>Compiles a kernel file.</summary>
    /// <param name="source">The file and its headers; there is no include path.</param>
    /// <param name="options">All options, the architecture among them.</param>
    /// <param name="machineCode">Whether machine code or PTX is wanted, as the architecture's option says.</param>
    /// <returns>An image that the driver loads.</returns>
    /// <exception cref="NvrtcException">It does not compile; the message has the log and the source line.</exception>
    public byte[] Compile(KernelSource source, IReadOnlyList<string> options, bool machineCode)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        using var texts = new NativeStrings([source.Text, source.File]);
        using var headers = new NativeStrings([.. source.Headers.Values]);
        using var names = new NativeStrings([.. source.Headers.Keys]);
        using var arguments = new NativeStrings([.. options]);
        nvrtcProgram program;
        Check(
            _nvrtc.nvrtcCreateProgram(&program, texts.Pointers[0], texts.Pointers[1], headers.Count, headers.Pointers, names.Pointers),
            nameof(_nvrtc.nvrtcCreateProgram));
        try
        {
            nvrtcResult result = _nvrtc.nvrtcCompileProgram(program, arguments.Count, arguments.Pointers);
            if (result != nvrtcResult.NVRTC_SUCCESS) throw Failure(result, source, options, Log(program));
            return machineCode
                ? Image(program, _nvrtc.nvrtcGetCUBINSize, _nvrtc.nvrtcGetCUBIN)
                : Image(program, _nvrtc.nvrtcGetPTXSize, _nvrtc.nvrtcGetPTX);
        }
        finally
        {
            _nvrtc.nvrtcDestroyProgram(&program);
        }
    }

    private byte[] Image(
        nvrtcProgram program,
        delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> size,
        delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> get)
    {
        nuint bytes;
        Check(size(program, &bytes), "asking for an image's size");
        byte[] image = new byte[checked((int)bytes)];
        fixed (byte* pointer = image) Check(get(program, pointer), "asking for an image");
        return image;
    }

    private string Log(nvrtcProgram program)
    {
        nuint bytes;
        if (_nvrtc.nvrtcGetProgramLogSize(program, &bytes) != nvrtcResult.NVRTC_SUCCESS || bytes == 0) return "";
        byte[] log = new byte[checked((int)bytes)];
        fixed (byte* pointer = log)
        {
            if (_nvrtc.nvrtcGetProgramLog(program, pointer) != nvrtcResult.NVRTC_SUCCESS) return "";
        }
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private NvrtcException Failure(nvrtcResult result, KernelSource source, IReadOnlyList<string> options, string log)
    {
        var sources = new Dictionary<string, string>(source.Headers) { [source.File] = source.Text };
        string first = CompilerLog.FirstError(log, sources);
        string message = $"{source.File} does not compile with {string.Join(' ', options)}: "
            + $"nvrtcCompileProgram failed with {Text(result)} ({(int)result})."
            + (first.Length > 0 ? $"\n{first}" : "")
            + (log.Length > 0 ? $"\nThe whole log:\n{log}" : "");
        return new NvrtcException(message, source.File, log);
    }

    private void Check(nvrtcResult result, string function)
    {
        if (result != nvrtcResult.NVRTC_SUCCESS)
            throw new NvrtcException($"{function} of {Symbols.Library} failed: {Text(result)} ({(int)result}).", "", "");
    }

    private string Text(nvrtcResult result) => Marshal.PtrToStringUTF8((nint)_nvrtc.nvrtcGetErrorString(result)) ?? "an unknown code";
}
