namespace GptCuda.VirtualGpu.Counting;

/// <summary>
/// What one block did. The executor counts instructions, branches and first uses; the checker counts memory. Not thread-safe: a block
/// is run by one host thread at a time.
/// </summary>
internal sealed class BlockCounters
{
    /// <summary>Warp-instructions by <see cref="InstructionClass"/>.</summary>
    public long[] Instructions { get; } = new long[(int)InstructionClass.Control + 1];

    /// <summary>Branches whose active lanes went both ways.</summary>
    public long DivergentBranches { get; set; }

    /// <summary>Warps' arrivals at block barriers.</summary>
    public long Barriers { get; set; }

    /// <summary>mma instructions.</summary>
    public long MatrixMultiplies { get; set; }

    /// <summary>Warp-wide global loads, cp.async reads included.</summary>
    public long GlobalLoadRequests { get; internal set; }

    /// <summary>32-byte sectors that those loads touch, counted per request: no cache.</summary>
    public long GlobalLoadSectors { get; internal set; }

    /// <summary>Bytes that the lanes of those loads ask for; lanes that name the same bytes count each.</summary>
    public long GlobalLoadBytes { get; internal set; }

    /// <summary>Warp-wide global stores.</summary>
    public long GlobalStoreRequests { get; internal set; }

    /// <summary>32-byte sectors that those stores touch.</summary>
    public long GlobalStoreSectors { get; internal set; }

    /// <summary>Bytes that the lanes of those stores write.</summary>
    public long GlobalStoreBytes { get; internal set; }

    /// <summary>Warp-wide global atomics and reductions.</summary>
    public long GlobalAtomicRequests { get; internal set; }

    /// <summary>32-byte sectors that those touch.</summary>
    public long GlobalAtomicSectors { get; internal set; }

    /// <summary>Sectors that the loads would touch if their lanes' bytes lay side by side: what 16-byte accesses reach.</summary>
    public long GlobalMinimumSectors { get; internal set; }

    /// <summary>Shared-memory passes: 32 banks of 4 bytes, 8-byte accesses by half-warps, 16-byte accesses by quarter-warps.</summary>
    public long SharedWavefronts { get; internal set; }

    /// <summary>The passes that the same bytes would take without bank conflicts.</summary>
    public long SharedMinimumWavefronts { get; internal set; }

    /// <summary>Warp-wide local loads and stores: none in a kernel without spills.</summary>
    public long LocalRequests { get; internal set; }

    /// <summary>
    /// Bytes of streaming loads (<see cref="Checking.CacheHints.Streaming"/>, cp.async) that the block's warps had issued before each
    /// first used the result of one: what is in flight when the first warp begins to wait.
    /// </summary>
    public long StreamingBytesBeforeFirstUse { get; internal set; }

    /// <summary>Bytes of all streaming loads of the block.</summary>
    public long StreamingBytes { get; internal set; }

    /// <summary>Adds another block's counters.</summary>
    public void Add(BlockCounters other)
    {
        for (var i = 0; i < Instructions.Length; i++)
            Instructions[i] += other.Instructions[i];
        DivergentBranches += other.DivergentBranches;
        Barriers += other.Barriers;
        MatrixMultiplies += other.MatrixMultiplies;
        GlobalLoadRequests += other.GlobalLoadRequests;
        GlobalLoadSectors += other.GlobalLoadSectors;
        GlobalLoadBytes += other.GlobalLoadBytes;
        GlobalStoreRequests += other.GlobalStoreRequests;
        GlobalStoreSectors += other.GlobalStoreSectors;
        GlobalStoreBytes += other.GlobalStoreBytes;
        GlobalAtomicRequests += other.GlobalAtomicRequests;
        GlobalAtomicSectors += other.GlobalAtomicSectors;
        GlobalMinimumSectors += other.GlobalMinimumSectors;
        SharedWavefronts += other.SharedWavefronts;
        SharedMinimumWavefronts += other.SharedMinimumWavefronts;
        LocalRequests += other.LocalRequests;
        StreamingBytesBeforeFirstUse += other.StreamingBytesBeforeFirstUse;
        StreamingBytes += other.StreamingBytes;
    }
}
