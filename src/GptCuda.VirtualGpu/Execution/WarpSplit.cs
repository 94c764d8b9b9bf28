namespace GptCuda.VirtualGpu.Execution;

/// <summary>Lanes of a warp that stand at the same place.</summary>
internal struct WarpSplit
{
    /// <summary>The lanes.</summary>
    public uint Mask;

    /// <summary>The basic block that they execute next.</summary>
    public int Block;

    /// <summary>The meeting point that they go to, or -1.</summary>
    public int Node;

    /// <summary>What they wait for.</summary>
    public SplitState State;

    /// <summary>The barrier instruction that they wait at.</summary>
    public int Instruction;
}
