using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Instructions that no text spells: what the lowering puts beside a written one.</summary>
internal static unsafe class InternalForms
{
    /// <summary>not.pred, for a negated predicate among the sources.</summary>
    public static readonly InstructionForm NotPredicate = Form("=p p", &LogicOperations.NotPredicate);

    /// <summary>Reads a special register that changes; Variant is the register.</summary>
    public static readonly InstructionForm ReadSpecial = Form("=*", &SpecialReader.Read);

    /// <summary>A branch that the lowering adds around a guarded call.</summary>
    public static readonly InstructionForm Branch = Control(ControlKind.Branch);

    /// <summary>The end of a thread where the text ends without one.</summary>
    public static readonly InstructionForm Exit = Control(ControlKind.Exit);

    private static readonly InstructionForm Cut84 = Form("=4 8", &LaneLoop.Unary<ulong, uint, ConversionOperations.Truncate<ulong, uint>>);
    private static readonly InstructionForm Cut82 = Form(
        "=2 8", &LaneLoop.Unary<ulong, ushort, ConversionOperations.Truncate<ulong, ushort>>);
    private static readonly InstructionForm Cut42 = Form(
        "=2 4", &LaneLoop.Unary<uint, ushort, ConversionOperations.Truncate<uint, ushort>>);
    private static readonly InstructionForm Zero24 = Form(
        "=4 2", &LaneLoop.Unary<ushort, uint, ConversionOperations.Truncate<ushort, uint>>);
    private static readonly InstructionForm Zero28 = Form(
        "=8 2", &LaneLoop.Unary<ushort, ulong, ConversionOperations.Truncate<ushort, ulong>>);
    private static readonly InstructionForm Zero48 = Form("=8 4", &LaneLoop.Unary<uint, ulong, ConversionOperations.Truncate<uint, ulong>>);
    private static readonly InstructionForm Sign24 = Form("=4 2", &LaneLoop.Unary<short, int, ConversionOperations.Truncate<short, int>>);
    private static readonly InstructionForm Sign28 = Form("=8 2", &LaneLoop.Unary<short, long, ConversionOperations.Truncate<short, long>>);
    private static readonly InstructionForm Sign48 = Form("=8 4", &LaneLoop.Unary<int, long, ConversionOperations.Truncate<int, long>>);

    /// <summary>A move between registers of different widths.</summary>
    /// <param name="from">Bytes of the source.</param>
    /// <param name="to">Bytes of the result.</param>
    /// <param name="isSigned">Whether a wider result is extended by the sign.</param>
    public static InstructionForm Resize(int from, int to, bool isSigned) => (from, to) switch
    {
        (8, 4) => Cut84,
        (8, 2) => Cut82,
        (4, 2) => Cut42,
        (2, 4) => isSigned ? Sign24 : Zero24,
        (2, 8) => isSigned ? Sign28 : Zero28,
        _ => isSigned ? Sign48 : Zero48,
    };

    private static InstructionForm Form(string operands, delegate*<Warp, Instruction*, void> handler) => new()
    {
        Opcode = "",
        Modifiers = new ModifierPattern(""),
        Operands = OperandPattern.Parse(operands),
        Handler = handler,
        Class = InstructionClass.Integer,
    };

    private static InstructionForm Control(ControlKind kind) => new()
    {
        Opcode = "",
        Modifiers = new ModifierPattern(""),
        Operands = [],
        Class = InstructionClass.Control,
        Control = kind,
    };
}
