using System.Globalization;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu;

/// <summary>Memory that a model takes on the CPU, in bytes.</summary>
/// <param name="Weights">All weights, matrices in the chosen type and filled up to whole panels.</param>
/// <param name="CachePerSlot">Keys and values of one sequence of the full context length, f32.</param>
/// <param name="SlotCount">Cache slots.</param>
/// <param name="Activations">The most that a forward pass without an observer and a decode step take beside these.</param>
public readonly record struct CpuMemory(long Weights, long CachePerSlot, int SlotCount, long Activations)
{
    /// <summary>Everything together.</summary>
    public long Total => checked(Weights + (CachePerSlot * SlotCount) + Activations);

    /// <summary>What a model of this shape would take.</summary>
    /// <exception cref="OverflowException">More than 64 bits can count.</exception>
    public static CpuMemory Of(GptConfiguration configuration, CpuOptions options) => new(
        CpuWeights.TotalBytes(configuration, options.WeightType),
        KeyValueCache.SlotBytes(configuration),
        options.SlotCount,
        ForwardBuffers.MostBytes(configuration, options.Threads)
            + ((long)options.SlotCount * configuration.VocabularySize * sizeof(float)));

    /// <summary>Refuses what this machine, or the container, has no memory for.</summary>
    internal void ThrowIfTooMuch(string location, ElementType type)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (Total > available)
        {
            throw new InsufficientMemoryException(
                $"{location} in {type.ToString().ToLowerInvariant()} takes {Mebibytes(Weights)} of weights, "
                + $"{SlotCount} x {Mebibytes(CachePerSlot)} of cache and {Mebibytes(Activations)} of activations, "
                + $"and this machine has {Mebibytes(available)}: use a smaller type or fewer sequences at once");
        }
    }

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):N0} MiB");
}
