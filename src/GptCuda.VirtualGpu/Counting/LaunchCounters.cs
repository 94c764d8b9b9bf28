namespace GptCuda.VirtualGpu.Counting;

/// <summary>What one launch did: the sums over its blocks, and what can only be known of all of them together.</summary>
internal sealed class LaunchCounters
{
    private readonly long[] _blocksOfSm;
    private readonly long[] _bytesOfSm;
    private readonly long[] _sectorsOfSm;
    private readonly long[] _instructionsOfSm;
    private readonly long[] _streamingAheadOfSm;

    /// <summary>Counters at zero, for a device with the given number of SMs.</summary>
    public LaunchCounters(int multiprocessors)
    {
        _blocksOfSm = new long[multiprocessors];
        _bytesOfSm = new long[multiprocessors];
        _sectorsOfSm = new long[multiprocessors];
        _instructionsOfSm = new long[multiprocessors];
        _streamingAheadOfSm = new long[multiprocessors];
    }

    /// <summary>The sums over all blocks.</summary>
    public BlockCounters Sum { get; } = new();

    /// <summary>Distinct 32-byte sectors that loads touched in the launch.</summary>
    public long DistinctLoadSectors { get; set; }

    /// <summary>Distinct 32-byte sectors that stores and atomics touched.</summary>
    public long DistinctStoreSectors { get; set; }

    /// <summary>Distinct 32-byte sectors that anything touched.</summary>
    public long DistinctSectors { get; set; }

    /// <summary>Bytes that memory would send into the profile's L2.</summary>
    public long DramReadBytes { get; set; }

    /// <summary>Bytes that the profile's L2 would write back during the launch.</summary>
    public long DramWrittenBytes { get; set; }

    /// <summary>How many blocks of the launch fit on an SM, and why no more.</summary>
    public Occupancy? Occupancy { get; set; }

    /// <summary>Blocks that ran on each SM: block b on SM b modulo their number.</summary>
    public ReadOnlySpan<long> BlocksOfSm => _blocksOfSm;

    /// <summary>Global bytes that the lanes on each SM asked for.</summary>
    public ReadOnlySpan<long> BytesOfSm => _bytesOfSm;

    /// <summary>32-byte sectors that each SM requested.</summary>
    public ReadOnlySpan<long> SectorsOfSm => _sectorsOfSm;

    /// <summary>Warp-instructions of each SM.</summary>
    public ReadOnlySpan<long> InstructionsOfSm => _instructionsOfSm;

    /// <summary>
    /// Bytes of streaming loads that each SM's first wave of blocks issues before their warps first use one: what is in flight when
    /// the SM begins to wait for weights.
    /// </summary>
    public ReadOnlySpan<long> StreamingAheadOfSm => _streamingAheadOfSm;

    /// <summary>SMs that had a block.</summary>
    public int BusyMultiprocessors => _blocksOfSm.Count(count => count > 0);

    /// <summary>Adds a block.</summary>
    /// <param name="block">Its linear index.</param>
    /// <param name="counters">What it did.</param>
    /// <param name="residentBlocks">Blocks of the launch that fit on an SM.</param>
    public void Add(long block, BlockCounters counters, int residentBlocks)
    {
        Sum.Add(counters);
        var sm = (int)(block % _blocksOfSm.Length);
        _blocksOfSm[sm]++;
        _bytesOfSm[sm] += counters.GlobalLoadBytes + counters.GlobalStoreBytes;
        _sectorsOfSm[sm] += counters.GlobalLoadSectors + counters.GlobalStoreSectors + counters.GlobalAtomicSectors;
        foreach (var count in counters.Instructions)
            _instructionsOfSm[sm] += count;
        if (block / _blocksOfSm.Length < residentBlocks)
            _streamingAheadOfSm[sm] += counters.StreamingBytesBeforeFirstUse;
    }
}
