using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu;

/// <summary>How a model is held and run on the CPU.</summary>
public sealed record CpuOptions
{
    /// <summary>How matrices and embeddings are held. Biases, LayerNorm's vectors, activations and the cache are f32 always.</summary>
    public ElementType WeightType { get; init; } = ElementType.F32;

    /// <summary>Threads that compute, the caller's among them; results are the same bits for any number. At least 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Cache slots: sequences that can be in progress at once. At least 1.</summary>
    public int SlotCount { get; init; } = 1;
}
