namespace GptCuda.VirtualGpu.Ptx;

/// <summary>What a statement of a function's body is.</summary>
internal enum PtxStatementKind
{
    /// <summary>An instruction.</summary>
    Instruction,
    /// <summary>A label.</summary>
    Label,
    /// <summary>A declaration.</summary>
    Variable,
    /// <summary>A block in braces, with names of its own.</summary>
    Block,
    /// <summary>A table of labels for brx.idx.</summary>
    BranchTargets,
}
