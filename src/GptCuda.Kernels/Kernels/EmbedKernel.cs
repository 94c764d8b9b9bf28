using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>Token and position embedding (kernels/embed.cu).</summary>
/// <param name="module">embed.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class EmbedKernel(KernelModule module, KernelShape shape)
{
    private readonly Kernel _kernel = module.GetKernel($"embed_{shape.Suffix}");

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("embed.cu");

    /// <summary>Queues residual[t] = tokens' embedding + positions' embedding.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="tokens">[T].</param>
    /// <param name="positions">[T].</param>
    /// <param name="tokenEmbedding">[Vocabulary, Width].</param>
    /// <param name="positionEmbedding">[context, Width].</param>
    /// <param name="residual">[T, Width], written.</param>
    public void Launch(
        CudaStream stream, DeviceSpan<int> tokens, DeviceSpan<int> positions, DeviceMatrix tokenEmbedding,
        DeviceSpan<float> positionEmbedding, DeviceSpan<float> residual)
    {
        var arguments = new KernelArguments();
        arguments.Add(tokens);
        arguments.Add(positions);
        arguments.Add(tokenEmbedding.Elements);
        arguments.Add(tokenEmbedding.Scales);
        arguments.Add(positionEmbedding);
        arguments.Add(residual);
        _kernel.Launch(stream, new LaunchShape((int)tokens.Length, 256), ref arguments);
    }
}
