namespace GptCuda.VirtualGpu.Execution;

/// <summary>What the lanes of a split wait for.</summary>
internal enum SplitState
{
    /// <summary>Nothing.</summary>
    Ready,
    /// <summary>A barrier of the block.</summary>
    AtBlockBarrier,
    /// <summary>A barrier of the warp.</summary>
    AtWarpBarrier,
}
