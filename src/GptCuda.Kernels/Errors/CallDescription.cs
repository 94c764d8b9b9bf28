using System.Runtime.CompilerServices;
using System.Text;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Errors;

/// <summary>What a driver call was doing: an interpolated string that is only put together when the call failed.</summary>
[InterpolatedStringHandler]
internal readonly ref struct CallDescription
{
    private readonly StringBuilder? _text;

    public CallDescription(int literalLength, int formattedCount, CUresult result, out bool failed)
    {
        failed = result != CUresult.CUDA_SUCCESS;
        _text = failed ? new StringBuilder(literalLength + (8 * formattedCount)) : null;
    }

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted<T>(T value) => _text!.Append(value);

    public override string ToString() => _text?.ToString() ?? "";
}
