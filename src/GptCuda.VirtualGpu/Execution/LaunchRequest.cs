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

    /// <summary>The parameter buffer, laid out as <see cref="Kernel.Parameters"/> says; copied when the launch begins.</summary>
    public required byte[] Parameters { get; init; }

    /// <summary>Registers of a thread where a compiler's figure is known, else 0.</summary>
    public int RegistersPerThread { get; init; }

    /// <summary>Whether all blocks have to be resident at once.</summary>
    public bool Cooperative { get; init; }
}
