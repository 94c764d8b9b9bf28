namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A declared variable, register or parameter.</summary>
internal sealed class PtxVariable
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it lives.</summary>
    public required PtxStateSpace Space { get; init; }

    /// <summary>The type of one element.</summary>
    public required PtxType Type { get; init; }

    /// <summary>Its size in bytes; 0 for an array of open length.</summary>
    public required long Bytes { get; init; }

    /// <summary>The alignment of its first byte.</summary>
    public required int Alignment { get; init; }

    /// <summary>For a register: how many <c>name0 … nameN-1</c> are declared at once; 0 for one register of this very name.</summary>
    public int Count { get; init; }

    /// <summary>Whether it is declared <c>.extern</c>: for shared memory, the dynamic part.</summary>
    public bool IsExtern { get; init; }

    /// <summary>The initial bytes; null means zero.</summary>
    public byte[]? InitialBytes { get; init; }

    /// <summary>Addresses stored in the initial bytes.</summary>
    public IReadOnlyList<PtxInitializer> Addresses { get; init; } = [];

    /// <summary>Where it is declared.</summary>
    public required int Line { get; init; }

    /// <summary>Where it is declared.</summary>
    public required int Column { get; init; }
}
