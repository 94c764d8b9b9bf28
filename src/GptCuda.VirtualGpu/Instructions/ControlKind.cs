namespace GptCuda.VirtualGpu.Instructions;

/// <summary>What an instruction does to the flow of control; whatever is not <see cref="None"/> ends its basic block.</summary>
internal enum ControlKind
{
    /// <summary>Nothing: the next instruction follows.</summary>
    None,
    /// <summary>bra: lanes of the guard go to the target.</summary>
    Branch,
    /// <summary>brx.idx: each lane goes to the target that its index names.</summary>
    IndexedBranch,
    /// <summary>call; replaced by the function's body when a kernel is lowered.</summary>
    Call,
    /// <summary>ret: of a kernel, the end of the thread.</summary>
    Return,
    /// <summary>exit: the end of the thread.</summary>
    Exit,
    /// <summary>A barrier of the block.</summary>
    BlockBarrier,
    /// <summary>A barrier of the warp.</summary>
    WarpBarrier,
    /// <summary>nanosleep: others may run.</summary>
    Sleep,
}
