namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A kernel (.entry) or device function (.func) as written.</summary>
internal sealed class PtxFunction
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a kernel.</summary>
    public required bool IsEntry { get; init; }

    /// <summary>The parameters that it returns.</summary>
    public required IReadOnlyList<PtxVariable> Returns { get; init; }

    /// <summary>Its parameters.</summary>
    public required IReadOnlyList<PtxVariable> Parameters { get; init; }

    /// <summary>Its body; null for a declaration.</summary>
    public required IReadOnlyList<PtxStatement>? Body { get; init; }

    /// <summary>.maxntid, or zeros.</summary>
    public (int X, int Y, int Z) MaximumThreads { get; init; }

    /// <summary>.reqntid, or zeros.</summary>
    public (int X, int Y, int Z) RequiredThreads { get; init; }

    /// <summary>.minnctapersm, or 0.</summary>
    public int MinimumBlocks { get; init; }

    /// <summary>.maxnreg, or 0.</summary>
    public int MaximumRegisters { get; init; }

    /// <summary>Where it begins.</summary>
    public required int Line { get; init; }
}
