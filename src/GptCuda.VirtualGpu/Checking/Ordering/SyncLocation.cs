namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>What can be acquired by reading one strong location: what release patterns have put there.</summary>
internal sealed class SyncLocation
{
    /// <summary>Released at device scope or wider.</summary>
    public Knowledge Device { get; set; } = Knowledge.None;

    /// <summary>Released by the threads of one block, at any scope, by block.</summary>
    public Dictionary<long, Knowledge> OfBlock { get; } = [];

    /// <summary>What sequentially consistent fences, causally before the writes to this location, were behind.</summary>
    public Knowledge Fenced { get; set; } = Knowledge.None;
}
