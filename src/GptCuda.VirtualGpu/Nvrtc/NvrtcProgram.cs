using System.Runtime.InteropServices;
using System.Text;
using GptCuda.VirtualGpu.Driver;

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>A program of NVRTC's interface: what it is made of, and what compiling it gave.</summary>
internal sealed class NvrtcProgram(string name, string source, SortedDictionary<string, string> headers) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<string> _expressions = [];
    private Dictionary<string, nint> _lowered = [];
    private bool _compiled;
    private byte[]? _ptx;
    private byte[]? _image;

    /// <summary>What the compiler said, in UTF-8 with a zero byte at the end.</summary>
    public byte[] Log { get; private set; } = [0];

    /// <summary>The PTX, in UTF-8 with a zero byte at the end.</summary>
    /// <exception cref="NvrtcException">It is not compiled.</exception>
    public byte[] Ptx => _ptx ?? throw new NvrtcException(nvrtcResult.NVRTC_ERROR_INVALID_PROGRAM, "the program has not been compiled.");

    /// <summary>The image; null where a virtual architecture was asked for.</summary>
    /// <exception cref="NvrtcException">It is not compiled.</exception>
    public byte[]? Image =>
        _ptx is null ? throw new NvrtcException(nvrtcResult.NVRTC_ERROR_INVALID_PROGRAM, "the program has not been compiled.") : _image;

    /// <summary>Asks for the mangled name of an expression.</summary>
    /// <exception cref="NvrtcException">It is compiled already.</exception>
    public void AddNameExpression(string expression)
    {
        lock (_lock)
        {
            if (_compiled)
                throw new NvrtcException(
                    nvrtcResult.NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION, $"\"{expression}\" comes after the compilation.");
            _expressions.Add(expression);
        }
    }

    /// <summary>The mangled name of an expression: a text with a zero byte at the end, there as long as the program is.</summary>
    /// <exception cref="NvrtcException">It was not asked for, or the program is not compiled.</exception>
    public nint LoweredName(string expression)
    {
        lock (_lock)
        {
            if (!_compiled)
                throw new NvrtcException(nvrtcResult.NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION, "the program has not been compiled.");
            return _lowered.TryGetValue(expression, out nint lowered)
                ? lowered
                : throw new NvrtcException(
                    nvrtcResult.NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID, $"\"{expression}\" was not asked for before the compilation.");
        }
    }

    /// <summary>Compiles.</summary>
    /// <exception cref="NvrtcException">
    /// An option is unknown, the text does not compile, or there is no compiler; the log says more.
    /// </exception>
    public void Compile(IReadOnlyList<string> options)
    {
        lock (_lock)
        {
            _compiled = true;
            try
            {
                CompileRequest request = new(name, source, headers, options, [.. _expressions]);
                Keep(OptionReader.Read(options), Compilation.Run(request));
            }
            catch (NvrtcException refused)
            {
                Refuse(refused.Message);
                throw;
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                Refuse($"{name}: {failed.Message}");
                throw new NvrtcException(nvrtcResult.NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, failed.Message);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint lowered in _lowered.Values)
            Marshal.FreeCoTaskMem(lowered);
        _lowered = [];
    }

    private void Refuse(string why)
    {
        (_ptx, _image) = (null, null);
        Log = Text(why + "\n");
    }

    private void Keep(CompileOptions options, Compilation.Result result)
    {
        _ptx = Text(result.Ptx);
        _image = options.IsReal ? ModuleImage.Wrap(result.Ptx, options.Capability) : null;
        Log = Text(result.Log);
        Dispose();
        _lowered = result.LoweredNames.ToDictionary(
            pair => pair.Key, pair => Marshal.StringToCoTaskMemUTF8(pair.Value), StringComparer.Ordinal);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
