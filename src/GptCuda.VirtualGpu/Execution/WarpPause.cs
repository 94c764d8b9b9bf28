namespace GptCuda.VirtualGpu.Execution;

/// <summary>Why a warp stopped running.</summary>
internal enum WarpPause
{
    /// <summary>All its threads have exited.</summary>
    Finished,
    /// <summary>All its live lanes wait at barriers.</summary>
    Waiting,
    /// <summary>It waits for something that others have to do, and polls or sleeps meanwhile.</summary>
    Yielded,
    /// <summary>It has run long enough.</summary>
    SliceEnded,
    /// <summary>Its next instruction needs the block's turn at global memory.</summary>
    NeedsTurn,
}
