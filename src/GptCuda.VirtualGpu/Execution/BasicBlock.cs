using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Instructions that are executed one after the other; only the last may send lanes elsewhere.</summary>
internal sealed class BasicBlock
{
    /// <summary>The first instruction's index.</summary>
    public required int Start { get; init; }

    /// <summary>The index behind the last instruction.</summary>
    public required int End { get; init; }

    /// <summary>What the last instruction does to control flow.</summary>
    public required ControlKind Control { get; init; }

    /// <summary>The blocks that a branch goes to.</summary>
    public int[] Targets { get; set; } = [];

    /// <summary>The block behind this one, where lanes go that do not branch; -1 when there is none.</summary>
    public int Next { get; set; } = -1;

    /// <summary>Where the lanes of a divergent branch meet again: the immediate post-dominator; -1 when they meet nowhere.</summary>
    public int Reconvergence { get; set; } = -1;

    /// <summary>Whether its first instruction reaches global memory in a way that orders blocks.</summary>
    public bool NeedsTurn { get; init; }
}
