using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>One launch of a kernel, its limits already checked against the device's profile.</summary>
internal sealed class LaunchRequest
{
    /// <summary>The kernel.</summary>
    public required Kernel Kernel { get; init; }

    /// <summary>Blocks in the grid.</summary>
    public required GridExtent Grid { get; init; }

    /// <summary>Threads in a block.</summary>
    public required GridExtent Block { get; init; }

    /// <summary>Bytes of shared memory beyond the kernel's static part.</summary>
    public int DynamicSharedBytes { get; init; }

    /// <summary>The parameter buffer, laid out as <see cref="Kernel.Parameters"/> says; kept, not copied.</summary>
    public required byte[] Parameters { get; init; }

    /// <summary>Whether all blocks have to be resident at once.</summary>
    public bool Cooperative { get; init; }
}
