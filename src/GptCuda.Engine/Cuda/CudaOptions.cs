using GptCuda.Engine.Weights;
using GptCuda.Kernels.Compilation;

namespace GptCuda.Engine.Cuda;

/// <summary>How a model is held and run on a GPU.</summary>
public sealed record CudaOptions
{
    /// <summary>Number of the GPU, in the driver's order.</summary>
    public int Device { get; init; }

    /// <summary>How matrices are held; null for bf16, or f16 where the GPU has no bf16 arithmetic.</summary>
    public ElementType? WeightType { get; init; }

    /// <summary>
    /// Cache slots; null for as many as half of the memory left beside the weights holds, at most <see cref="SlotLimit"/>.
    /// </summary>
    public int? SlotCount { get; init; }

    /// <summary>Most slots where <see cref="SlotCount"/> does not say how many.</summary>
    public int SlotLimit { get; init; } = GptModel.DefaultSlotLimit;

    /// <summary>Told, before anything is allocated, what memory will be taken; a line.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Told of each part of the loading when it is done.</summary>
    public Action<string>? Done { get; init; }

    /// <summary>Where the kernels' texts come from; null for those in the library, and GPTCUDA_KERNELS before them.</summary>
    public KernelSources? Sources { get; init; }

    /// <summary>Where compiled kernels are kept; null for the user's cache folder.</summary>
    public KernelImageCache? ImageCache { get; init; }
}
