namespace GptCuda.VirtualGpu.Ptx;

/// <summary>An operand as written.</summary>
/// <param name="Kind">Its form.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Column">Where it begins.</param>
internal sealed record PtxOperand(PtxOperandKind Kind, int Line, int Column)
{
    /// <summary>The name of a register or symbol; null in an address means none.</summary>
    public string? Name { get; init; }

    /// <summary>A literal's bits, or an address's offset as two's complement.</summary>
    public ulong Value { get; init; }

    /// <summary>Whether a predicate is read inverted (!p).</summary>
    public bool Negated { get; init; }

    /// <summary>The parts of a vector, pair or list.</summary>
    public IReadOnlyList<PtxOperand> Elements { get; init; } = [];

    /// <summary>The operand as an error names it.</summary>
    public override string ToString() => Kind switch
    {
        PtxOperandKind.Name => (Negated ? "!" : "") + Name,
        PtxOperandKind.Integer => ((long)Value).ToString(),
        PtxOperandKind.Single => $"0f{Value:X8}",
        PtxOperandKind.Double => $"0d{Value:X16}",
        PtxOperandKind.Address => $"[{Name}{((long)Value < 0 ? "" : "+")}{(long)Value}]",
        PtxOperandKind.Vector => $"{{{string.Join(", ", Elements)}}}",
        PtxOperandKind.Pair => string.Join("|", Elements),
        PtxOperandKind.List => $"({string.Join(", ", Elements)})",
        _ => "_",
    };
}
