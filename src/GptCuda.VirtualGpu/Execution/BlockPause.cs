namespace GptCuda.VirtualGpu.Execution;

/// <summary>Why a block stopped running.</summary>
internal enum BlockPause
{
    /// <summary>It has ended.</summary>
    Finished,
    /// <summary>Its next instruction needs its turn at global memory.</summary>
    NeedsTurn,
    /// <summary>All its warps wait for something that other blocks have to do.</summary>
    Yielded,
}
