using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.LogicOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>and, or, xor, not, cnot, lop3, shl, shr, shf.</summary>
internal static unsafe class LogicForms
{
    private const InstructionClass Integer = InstructionClass.Integer;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        table.Add("and", "pred", "=p p p", &Predicates<PredicateAnd>, Integer);
        table.Add("and", "b16", "=2 2 2", &VectorLoop.Binary<ushort, And<ushort>>, Integer);
        table.Add("and", "b32", "=4 4 4", &VectorLoop.Binary<uint, And<uint>>, Integer);
        table.Add("and", "b64", "=8 8 8", &VectorLoop.Binary<ulong, And<ulong>>, Integer);
        table.Add("or", "pred", "=p p p", &Predicates<PredicateOr>, Integer);
        table.Add("or", "b16", "=2 2 2", &VectorLoop.Binary<ushort, Or<ushort>>, Integer);
        table.Add("or", "b32", "=4 4 4", &VectorLoop.Binary<uint, Or<uint>>, Integer);
        table.Add("or", "b64", "=8 8 8", &VectorLoop.Binary<ulong, Or<ulong>>, Integer);
        table.Add("xor", "pred", "=p p p", &Predicates<PredicateXor>, Integer);
        table.Add("xor", "b16", "=2 2 2", &VectorLoop.Binary<ushort, Xor<ushort>>, Integer);
        table.Add("xor", "b32", "=4 4 4", &VectorLoop.Binary<uint, Xor<uint>>, Integer);
        table.Add("xor", "b64", "=8 8 8", &VectorLoop.Binary<ulong, Xor<ulong>>, Integer);
        table.Add("not", "pred", "=p p", &NotPredicate, Integer);
        table.Add("not", "b16", "=2 2", &VectorLoop.Unary<ushort, Not<ushort>>, Integer);
        table.Add("not", "b32", "=4 4", &VectorLoop.Unary<uint, Not<uint>>, Integer);
        table.Add("not", "b64", "=8 8", &VectorLoop.Unary<ulong, Not<ulong>>, Integer);
        table.Add("cnot", "b16", "=2 2", &LaneLoop.Unary<ushort, ushort, IsZero<ushort>>, Integer);
        table.Add("cnot", "b32", "=4 4", &LaneLoop.Unary<uint, uint, IsZero<uint>>, Integer);
        table.Add("cnot", "b64", "=8 8", &LaneLoop.Unary<ulong, ulong, IsZero<ulong>>, Integer);

        table.Add("lop3", "b32", "=4 4 4 4 i", Integer, (instruction, _) =>
        {
            instruction.Handler = &ThreeInputs;
            return instruction.Detail.Variant is < 0 or > 255 ? "the table of lop3 is a byte" : null;
        });

        table.Add("shl", "b16", "=2 2 4", &LaneLoop.Binary<ushort, uint, ushort, ShiftLeft<ushort>>, Integer);
        table.Add("shl", "b32", "=4 4 4", &ShiftLeft32, Integer);
        table.Add("shl", "b64", "=8 8 4", &ShiftLeft64, Integer);
        table.Add("shr", "b16|u16", "=2 2 4", &LaneLoop.Binary<ushort, uint, ushort, ShiftRight<ushort>>, Integer);
        table.Add("shr", "s16", "=2 2 4", &LaneLoop.Binary<short, uint, short, ShiftRight<short>>, Integer);
        table.Add("shr", "b32|u32", "=4 4 4", &ShiftRightU32, Integer);
        table.Add("shr", "s32", "=4 4 4", &ShiftRightS32, Integer);
        table.Add("shr", "b64|u64", "=8 8 4", &LaneLoop.Binary<ulong, uint, ulong, ShiftRight<ulong>>, Integer);
        table.Add("shr", "s64", "=8 8 4", &LaneLoop.Binary<long, uint, long, ShiftRight<long>>, Integer);

        table.Add("shf", "l wrap b32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, FunnelLeftWrap>, Integer);
        table.Add("shf", "l clamp b32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, FunnelLeftClamp>, Integer);
        table.Add("shf", "r wrap b32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, FunnelRightWrap>, Integer);
        table.Add("shf", "r clamp b32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, FunnelRightClamp>, Integer);
    }
}
