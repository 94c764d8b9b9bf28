namespace GptCuda.VirtualGpu.Profiles;

/// <summary>A device as its data sheet has it: what limits launches and what speed is argued from.</summary>
/// <param name="Key">The word that GPTCUDA_VIRTUAL_DEVICE takes.</param>
/// <param name="Name">The device's name, which the driver reports with " (software)" behind it.</param>
/// <param name="ComputeMajor">Compute capability, before the point.</param>
/// <param name="ComputeMinor">Compute capability, behind the point.</param>
/// <param name="Multiprocessors">SMs.</param>
/// <param name="GigabytesPerSecond">Memory bandwidth, 10^9 bytes a second.</param>
/// <param name="L2Bytes">Second-level cache.</param>
/// <param name="MemoryBytes">Device memory.</param>
/// <param name="ClockMegahertz">SM boost clock.</param>
/// <param name="MemoryBusBits">Memory bus width.</param>
/// <param name="ThreadsPerMultiprocessor">Resident threads of an SM.</param>
/// <param name="BlocksPerMultiprocessor">Resident blocks of an SM.</param>
/// <param name="SharedPerMultiprocessor">Shared bytes of an SM.</param>
/// <param name="SharedPerBlockOptIn">Shared bytes that a block can have after opting in.</param>
internal sealed record DeviceProfile(
    string Key,
    string Name,
    int ComputeMajor,
    int ComputeMinor,
    int Multiprocessors,
    int GigabytesPerSecond,
    long L2Bytes,
    long MemoryBytes,
    int ClockMegahertz,
    int MemoryBusBits,
    int ThreadsPerMultiprocessor,
    int BlocksPerMultiprocessor,
    int SharedPerMultiprocessor,
    int SharedPerBlockOptIn)
{
    /// <summary>Shared bytes that a block can have without opting in, on every device.</summary>
    public const int SharedPerBlock = 48 * 1024;

    /// <summary>32-bit registers of an SM, on every device from 7.5 on.</summary>
    public const int RegistersPerMultiprocessor = 65536;

    /// <summary>Registers that one thread can have.</summary>
    public const int MaximumRegistersPerThread = 255;

    /// <summary>Threads that one block can have.</summary>
    public const int MaximumThreadsPerBlock = 1024;

    /// <summary>10 x major + minor: 90 for compute capability 9.0.</summary>
    public int ComputeCapability => ComputeMajor * 10 + ComputeMinor;

    /// <summary>Shared bytes that the system keeps for itself in every block: 1 KiB from 8.0 on.</summary>
    public int SharedReservedPerBlock => ComputeMajor >= 8 ? 1024 : 0;
}
