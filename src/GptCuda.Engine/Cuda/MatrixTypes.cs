using GptCuda.Engine.Weights;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;

namespace GptCuda.Engine.Cuda;

/// <summary>The kernels' words for types of weights.</summary>
internal static class MatrixTypes
{
    /// <summary>The first architecture with bf16 arithmetic.</summary>
    private static readonly ComputeCapability FirstWithBFloat16 = new(8, 0);

    public static MatrixType Of(ElementType type) => type switch
    {
        ElementType.F32 => MatrixType.F32,
        ElementType.BF16 => MatrixType.BF16,
        ElementType.F16 => MatrixType.F16,
        _ => MatrixType.Int8,
    };

    /// <summary>The type asked for, or a GPU's default.</summary>
    /// <exception cref="NotSupportedException">The GPU lacks the type.</exception>
    public static ElementType Choose(ElementType? asked, CudaDevice device)
    {
        bool hasBFloat16 = device.ComputeCapability >= FirstWithBFloat16;
        if (asked is null)
            return hasBFloat16 ? ElementType.BF16 : ElementType.F16;
        return asked != ElementType.BF16 || hasBFloat16 ? asked.Value : throw new NotSupportedException(
            $"{device.Name} has compute capability {device.ComputeCapability} and no bf16 arithmetic, "
            + $"which begins with {FirstWithBFloat16}: use f16");
    }
}
