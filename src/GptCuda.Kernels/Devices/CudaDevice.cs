using GptCuda.Kernels.Launching;

namespace GptCuda.Kernels.Devices;

/// <summary>What the driver says of one GPU.</summary>
public sealed record CudaDevice
{
    /// <summary>Its number, from 0, among those that CUDA_VISIBLE_DEVICES leaves.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The driver's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Its architecture.</summary>
    public required ComputeCapability ComputeCapability { get; init; }

    /// <summary>Bytes of memory.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Streaming multiprocessors.</summary>
    public required int MultiprocessorCount { get; init; }

    /// <summary>Bytes of second-level cache.</summary>
    public required long L2Bytes { get; init; }

    /// <summary>
    /// Peak memory bandwidth in bytes a second: two transfers a memory clock over the bus's width; null where the driver does
    /// not give the clock.
    /// </summary>
    public required long? BytesPerSecond { get; init; }

    /// <summary>Most threads resident on one multiprocessor.</summary>
    public required int MaxThreadsPerMultiprocessor { get; init; }

    /// <summary>Bytes of shared memory on one multiprocessor.</summary>
    public required int SharedBytesPerMultiprocessor { get; init; }

    /// <summary>Bytes of shared memory that a block has without asking.</summary>
    public required int SharedBytesPerBlock { get; init; }

    /// <summary>Bytes of shared memory that a block can have if its kernel asks.</summary>
    public required int SharedBytesPerBlockOptIn { get; init; }

    /// <summary>Most threads of a block.</summary>
    public required int MaxThreadsPerBlock { get; init; }

    /// <summary>Largest extents of a block.</summary>
    public required Dim3 MaxBlock { get; init; }

    /// <summary>Largest extents of a grid.</summary>
    public required Dim3 MaxGrid { get; init; }

    /// <summary>Whether a grid can be launched so that all its blocks run at once and may wait for each other.</summary>
    public required bool SupportsCooperativeLaunch { get; init; }
}
