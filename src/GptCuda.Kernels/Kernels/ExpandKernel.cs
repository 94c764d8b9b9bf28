using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>An int8 matrix as f16, for a product of many rows (kernels/expand.cu).</summary>
/// <param name="module">expand.cu, compiled as <see cref="Variant"/> says.</param>
public sealed class ExpandKernel(KernelModule module)
{
    private const int Threads = 128;

    private readonly Kernel _kernel = module.GetKernel("expand");

    /// <summary>The file.</summary>
    public static KernelVariant Variant() => new("expand.cu");

    /// <summary>Queues target[row][i] = q[row][i] x scale[row], rounded to f16.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="matrix">[rows, columns padded to 16 bytes]; without scales the integers themselves are written, which is exact.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row that count.</param>
    /// <param name="target">f16 [rows, leading]; the first <paramref name="columns"/> of each row are written.</param>
    /// <param name="leading">Elements from row to row of the target; a multiple of 8 is written faster.</param>
    public void Launch(CudaStream stream, DeviceMatrix matrix, int rows, int columns, DeviceSpan<ushort> target, int leading)
    {
        var arguments = new KernelArguments();
        arguments.Add(matrix.Elements);
        arguments.Add(matrix.Scales);
        arguments.Add(target);
        arguments.Add(columns);
        arguments.Add(leading);
        _kernel.Launch(stream, new LaunchShape(rows, Threads), ref arguments);
    }
}
