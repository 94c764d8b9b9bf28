using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>Negative log-likelihood of given tokens (kernels/likelihood.cu).</summary>
/// <param name="module">likelihood.cu, compiled as <see cref="Variant"/> says.</param>
public sealed class LikelihoodKernel(KernelModule module)
{
    private readonly Kernel _kernel = module.GetKernel("likelihood");

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("likelihood.cu");

    /// <summary>Queues output[r] = log(sum of exp(logits[r])) - logits[r][targets[r]].</summary>
    /// <param name="stream">Where.</param>
    /// <param name="logits">[R, <see cref="KernelShape.LogitsStride"/>].</param>
    /// <param name="targets">[R].</param>
    /// <param name="output">[R], written; natural logarithms.</param>
    public void Launch(CudaStream stream, DeviceSpan<float> logits, DeviceSpan<int> targets, DeviceSpan<float> output)
    {
        var arguments = new KernelArguments();
        arguments.Add(logits);
        arguments.Add(targets);
        arguments.Add(output);
        _kernel.Launch(stream, new LaunchShape((int)targets.Length, 256), ref arguments);
    }
}
