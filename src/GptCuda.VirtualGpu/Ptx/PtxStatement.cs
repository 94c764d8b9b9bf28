namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A statement of a function's body.</summary>
/// <param name="Kind">Which of the properties below are set.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Column">Where it begins.</param>
internal sealed record PtxStatement(PtxStatementKind Kind, int Line, int Column)
{
    /// <summary>The name of a label or table, or the opcode of an instruction, without its modifiers.</summary>
    public string Name { get; init; } = "";

    /// <summary>The modifiers of an instruction, without dots.</summary>
    public IReadOnlyList<PtxToken> Modifiers { get; init; } = [];

    /// <summary>The operands of an instruction; the labels of a table.</summary>
    public IReadOnlyList<PtxOperand> Operands { get; init; } = [];

    /// <summary>The predicate that guards an instruction; null when it is always executed.</summary>
    public PtxOperand? Guard { get; init; }

    /// <summary>The source line of an instruction, when the text has <c>.loc</c>.</summary>
    public PtxLocation Location { get; init; }

    /// <summary>A declared variable.</summary>
    public PtxVariable? Variable { get; init; }

    /// <summary>The statements of a block.</summary>
    public IReadOnlyList<PtxStatement> Body { get; init; } = [];

    /// <summary>An instruction's opcode with its modifiers.</summary>
    public string Spelling => Modifiers.Count == 0 ? Name : Name + "." + string.Join('.', Modifiers.Select(modifier => modifier.Text));
}
