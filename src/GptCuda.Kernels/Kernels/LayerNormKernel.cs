using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>LayerNorm before a product of many rows (kernels/layernorm.cu).</summary>
/// <param name="module">layernorm.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class LayerNormKernel(KernelModule module, KernelShape shape)
{
    private const int RowsPerBlock = 4;

    private readonly Kernel _kernel = module.GetKernel($"layernorm_{shape.Suffix}");

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("layernorm.cu");

    /// <summary>Queues output[r] = LayerNorm(residual[rows[r]]).</summary>
    /// <param name="stream">Where.</param>
    /// <param name="count">Rows of the output.</param>
    /// <param name="residual">[T, Width]; changed only where <paramref name="pending"/> is given.</param>
    /// <param name="pending">
    /// [Width], first added to every row; only where <paramref name="rows"/> is empty. Empty: nothing is added.
    /// </param>
    /// <param name="rows">[count], which rows; empty: row r for r.</param>
    /// <param name="norm">Gain, shift, epsilon.</param>
    /// <param name="output">[count, Width] in the type of <see cref="KernelShape.CachedBytes"/>, written.</param>
    /// <exception cref="ArgumentException">
    /// Both <paramref name="pending"/> and <paramref name="rows"/> are given: a row could get it twice.
    /// </exception>
    public void Launch(
        CudaStream stream, int count, DeviceSpan<float> residual, DeviceSpan<float> pending, DeviceSpan<int> rows,
        in LayerNormWeights norm, DeviceSpan<byte> output)
    {
        if (pending.Length > 0 && rows.Length > 0)
            throw new ArgumentException(
                "A pending bias is added to all rows in order; it cannot be combined with chosen rows.", nameof(pending));
        var arguments = new KernelArguments();
        arguments.Add(residual);
        arguments.Add(pending);
        arguments.Add(rows);
        arguments.Add(norm.Gain);
        arguments.Add(norm.Shift);
        arguments.Add(norm.Epsilon);
        arguments.Add(output);
        arguments.Add(count);
        _kernel.Launch(stream, new LaunchShape((count + RowsPerBlock - 1) / RowsPerBlock, 32 * RowsPerBlock), ref arguments);
    }
}
