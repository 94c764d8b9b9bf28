using System.Globalization;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cuda;

/// <summary>Memory that a model takes on a GPU, in bytes.</summary>
/// <param name="Weights">All weights, matrices in the chosen type.</param>
/// <param name="CachePerSlot">Keys and values of one sequence of the full context length.</param>
/// <param name="SlotCount">Cache slots.</param>
/// <param name="Workspace">Activations, logits, sampling, and cuBLAS's own.</param>
/// <param name="Staging">What loading takes besides the weights and gives back.</param>
public readonly record struct CudaMemory(long Weights, long CachePerSlot, int SlotCount, long Workspace, long Staging)
{
    /// <summary>The most at any time.</summary>
    /// <exception cref="OverflowException">More than 64 bits can count.</exception>
    public long Total => checked(Weights + Math.Max(Staging, (CachePerSlot * SlotCount) + Workspace));

    /// <summary>A line for the user.</summary>
    public string Describe(string device, ElementType type, long free) => string.Create(
        CultureInfo.InvariantCulture,
        $"memory on {device}: {Mebibytes(Weights)} of weights in {type.ToString().ToLowerInvariant()}, "
        + $"{SlotCount} x {Mebibytes(CachePerSlot)} of cache, "
        + $"{Mebibytes(Workspace)} of workspace; {Mebibytes(free)} are free");

    /// <summary>Refuses what the GPU has no room for.</summary>
    /// <exception cref="InsufficientMemoryException">There is too little; the message has the numbers.</exception>
    internal void ThrowIfTooMuch(string location, ElementType type, string device, long free)
    {
        if (Total > free)
        {
            throw new InsufficientMemoryException(
                $"{location} in {type.ToString().ToLowerInvariant()} takes {Mebibytes(Weights)} of weights, "
                + $"{SlotCount} x {Mebibytes(CachePerSlot)} of cache "
                + $"and {Mebibytes(Workspace)} of workspace, and {device} has {Mebibytes(free)} free: "
                + "use a smaller type or fewer sequences at once");
        }
    }

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):N0} MiB");
}
