namespace GptCuda.VirtualGpu.Checking;

/// <summary>What a global load's or store's cache operators say.</summary>
[Flags]
public enum CacheHints : byte
{
    /// <summary>None that matters here.</summary>
    None = 0,
    /// <summary>.nc: the bytes must not be written by anybody during the launch.</summary>
    NonCoherent = 1,
    /// <summary>
    /// .L1::no_allocate, .L1::evict_first, .cs or .lu: bytes that are read once, which in this engine are weights and cache.
    /// These and cp.async are what <see cref="Counting.BlockCounters.StreamingBytesBeforeFirstUse"/> counts.
    /// </summary>
    Streaming = 2,
    /// <summary>.cg, and cp.async.cg: not held in L1.</summary>
    BypassL1 = 4,
}
