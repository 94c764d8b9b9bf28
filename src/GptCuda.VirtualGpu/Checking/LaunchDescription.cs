namespace GptCuda.VirtualGpu.Checking;

/// <summary>What is launched: the names and extents that checks, counters and messages need.</summary>
/// <param name="Kernel">The entry's name in its module.</param>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads a block.</param>
/// <param name="SharedBytes">Static and dynamic shared bytes of a block together.</param>
/// <param name="LocalBytes">Local bytes of a thread.</param>
/// <param name="ParameterBytes">Bytes of the kernel's parameters.</param>
/// <param name="Cooperative">Whether all blocks are promised to be resident together.</param>
/// <param name="RegistersPerThread">ptxas's figure, or 0 when it is not known; it is never guessed.</param>
/// <param name="Source">Gives an instruction's origin by its index; asked only for messages.</param>
internal sealed record LaunchDescription(
    string Kernel,
    GridExtent Grid,
    GridExtent Block,
    int SharedBytes,
    int LocalBytes,
    int ParameterBytes,
    bool Cooperative,
    int RegistersPerThread,
    Func<int, InstructionSource> Source)
{
    /// <summary>Threads of a block.</summary>
    public int Threads => (int)Block.Count;

    /// <summary>Warps of a block, the last one perhaps not full.</summary>
    public int Warps => (Threads + 31) / 32;
}
