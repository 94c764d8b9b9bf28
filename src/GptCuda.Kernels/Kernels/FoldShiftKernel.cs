using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>
/// A LayerNorm's shift brought into the bias of the product that follows (kernels/fold_shift.cu), for the products of
/// <see cref="MatrixVectorKernels"/>.
/// </summary>
/// <param name="module">fold_shift.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class FoldShiftKernel(KernelModule module, KernelShape shape)
{
    private const int OutputsPerBlock = 8;

    private readonly Kernel _kernel = module.GetKernel($"fold_shift_{shape.Suffix}");

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Variant("fold_shift.cu");
    }

    /// <summary>Queues folded = bias + matrix x shift.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="matrix">[outputs, Width], as it is multiplied with.</param>
    /// <param name="shift">[Width], LayerNorm's.</param>
    /// <param name="bias">[outputs], the product's own.</param>
    /// <param name="folded">[outputs], written; may be <paramref name="bias"/>'s memory.</param>
    public void Launch(CudaStream stream, DeviceMatrix matrix, DeviceSpan<float> shift, DeviceSpan<float> bias, DeviceSpan<float> folded)
    {
        int outputs = (int)folded.Length;
        var arguments = new KernelArguments();
        arguments.Add(matrix.Elements);
        arguments.Add(matrix.Scales);
        arguments.Add(shift);
        arguments.Add(bias);
        arguments.Add(folded);
        arguments.Add(outputs);
        _kernel.Launch(stream, new LaunchShape((outputs + OutputsPerBlock - 1) / OutputsPerBlock, 32 * OutputsPerBlock), ref arguments);
    }
}
