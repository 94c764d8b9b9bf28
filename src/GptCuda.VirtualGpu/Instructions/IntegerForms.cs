using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.IntegerOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>add, sub, mul, mad, div, rem, min, max, neg, abs, sad, dp4a and their forms with carry.</summary>
internal static unsafe class IntegerForms
{
    private const InstructionClass Integer = InstructionClass.Integer;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddSums(table);
        AddCarries(table);
        AddProducts(table);
        AddQuotients(table);
        NarrowIntegerForms.AddTo(table);

        table.Add("min", "u16", "=2 2 2", &VectorLoop.Binary<ushort, Minimum<ushort>>, Integer);
        table.Add("min", "s16", "=2 2 2", &VectorLoop.Binary<short, Minimum<short>>, Integer);
        table.Add("min", "u32", "=4 4 4", &VectorLoop.Binary<uint, Minimum<uint>>, Integer);
        table.Add("min", "s32", "=4 4 4", &VectorLoop.Binary<int, Minimum<int>>, Integer);
        table.Add("min", "u64", "=8 8 8", &VectorLoop.Binary<ulong, Minimum<ulong>>, Integer);
        table.Add("min", "s64", "=8 8 8", &VectorLoop.Binary<long, Minimum<long>>, Integer);
        table.Add("max", "u16", "=2 2 2", &VectorLoop.Binary<ushort, Maximum<ushort>>, Integer);
        table.Add("max", "s16", "=2 2 2", &VectorLoop.Binary<short, Maximum<short>>, Integer);
        table.Add("max", "u32", "=4 4 4", &VectorLoop.Binary<uint, Maximum<uint>>, Integer);
        table.Add("max", "s32", "=4 4 4", &VectorLoop.Binary<int, Maximum<int>>, Integer);
        table.Add("max", "u64", "=8 8 8", &VectorLoop.Binary<ulong, Maximum<ulong>>, Integer);
        table.Add("max", "s64", "=8 8 8", &VectorLoop.Binary<long, Maximum<long>>, Integer);

        table.Add("neg", "s16", "=2 2", &VectorLoop.Unary<short, Negate<short>>, Integer);
        table.Add("neg", "s32", "=4 4", &VectorLoop.Unary<int, Negate<int>>, Integer);
        table.Add("neg", "s64", "=8 8", &VectorLoop.Unary<long, Negate<long>>, Integer);
        table.Add("abs", "s16", "=2 2", &VectorLoop.Unary<short, Magnitude<short>>, Integer);
        table.Add("abs", "s32", "=4 4", &VectorLoop.Unary<int, Magnitude<int>>, Integer);
        table.Add("abs", "s64", "=8 8", &VectorLoop.Unary<long, Magnitude<long>>, Integer);

        table.Add("sad", "u16", "=2 2 2 2", &LaneLoop.Ternary<ushort, ushort, ushort, ushort, SumOfDifference<ushort>>, Integer);
        table.Add("sad", "s16", "=2 2 2 2", &LaneLoop.Ternary<short, short, short, short, SumOfDifference<short>>, Integer);
        table.Add("sad", "u32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, SumOfDifference<uint>>, Integer);
        table.Add("sad", "s32", "=4 4 4 4", &LaneLoop.Ternary<int, int, int, int, SumOfDifference<int>>, Integer);
        table.Add("sad", "u64", "=8 8 8 8", &LaneLoop.Ternary<ulong, ulong, ulong, ulong, SumOfDifference<ulong>>, Integer);
        table.Add("sad", "s64", "=8 8 8 8", &LaneLoop.Ternary<long, long, long, long, SumOfDifference<long>>, Integer);

        table.Add("dp4a", "u32 u32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, DotBytes<byte, byte>>, Integer);
        table.Add("dp4a", "s32 s32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, DotBytes<sbyte, sbyte>>, Integer);
        table.Add("dp4a", "s32 u32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, DotBytes<sbyte, byte>>, Integer);
        table.Add("dp4a", "u32 s32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, DotBytes<byte, sbyte>>, Integer);
    }

    private static void AddSums(InstructionTable table)
    {
        table.Add("add", "u16|s16", "=2 2 2", &VectorLoop.Binary<ushort, Add<ushort>>, Integer);
        table.Add("add", "u32|s32", "=4 4 4", &VectorLoop.Binary<uint, Add<uint>>, Integer);
        table.Add("add", "u64|s64", "=8 8 8", &VectorLoop.Binary<ulong, Add<ulong>>, Integer);
        table.Add("add", "sat s32", "=4 4 4", &LaneLoop.Binary<int, int, int, AddSaturated>, Integer);
        table.Add("sub", "u16|s16", "=2 2 2", &VectorLoop.Binary<ushort, Subtract<ushort>>, Integer);
        table.Add("sub", "u32|s32", "=4 4 4", &VectorLoop.Binary<uint, Subtract<uint>>, Integer);
        table.Add("sub", "u64|s64", "=8 8 8", &VectorLoop.Binary<ulong, Subtract<ulong>>, Integer);
        table.Add("sub", "sat s32", "=4 4 4", &LaneLoop.Binary<int, int, int, SubtractSaturated>, Integer);
    }

    private static void AddCarries(InstructionTable table)
    {
        foreach ((string opcode, string cc, CarryVariant variant) in new[]
        {
            ("add", "cc", CarryVariant.CarryOut),
            ("addc", "", CarryVariant.CarryIn),
            ("addc", "cc", CarryVariant.CarryIn | CarryVariant.CarryOut),
            ("sub", "cc", CarryVariant.Subtract | CarryVariant.CarryOut),
            ("subc", "", CarryVariant.Subtract | CarryVariant.CarryIn),
            ("subc", "cc", CarryVariant.Subtract | CarryVariant.CarryIn | CarryVariant.CarryOut),
        })
        {
            AddCarry(table, opcode, $"{cc} u32|s32", "=4 4 4", &CarryOperations.AddOrSubtract<uint>, variant);
            AddCarry(table, opcode, $"{cc} u64|s64", "=8 8 8", &CarryOperations.AddOrSubtract<ulong>, variant);
        }
        foreach ((string opcode, string cc, CarryVariant variant) in new[]
        {
            ("mad", "cc", CarryVariant.CarryOut),
            ("madc", "", CarryVariant.CarryIn),
            ("madc", "cc", CarryVariant.CarryIn | CarryVariant.CarryOut),
        })
        {
            AddCarry(table, opcode, $"lo {cc} u32|s32", "=4 4 4 4", &CarryOperations.MultiplyAdd<uint, CarryOperations.Low<uint>>, variant);
            AddCarry(
                table, opcode, $"lo {cc} u64|s64", "=8 8 8 8", &CarryOperations.MultiplyAdd<ulong, CarryOperations.Low<ulong>>, variant);
            AddCarry(table, opcode, $"hi {cc} u32", "=4 4 4 4", &CarryOperations.MultiplyAdd<uint, MultiplyHighU32>, variant);
            AddCarry(table, opcode, $"hi {cc} s32", "=4 4 4 4", &CarryOperations.MultiplyAdd<uint, CarryOperations.HighS32>, variant);
            AddCarry(table, opcode, $"hi {cc} u64", "=8 8 8 8", &CarryOperations.MultiplyAdd<ulong, MultiplyHighU64>, variant);
            AddCarry(table, opcode, $"hi {cc} s64", "=8 8 8 8", &CarryOperations.MultiplyAdd<ulong, CarryOperations.HighS64>, variant);
        }
    }

    private static void AddCarry(
        InstructionTable table,
        string opcode,
        string modifiers,
        string operands,
        delegate*<Execution.Warp, Instruction*, void> handler,
        CarryVariant variant)
    {
        nint address = (nint)handler;
        table.Add(opcode, modifiers, operands, Integer, (instruction, _) =>
        {
            instruction.Handler = (delegate*<Execution.Warp, Instruction*, void>)address;
            instruction.Detail.Variant = (int)variant;
            return null;
        });
    }

    private static void AddProducts(InstructionTable table)
    {
        table.Add("mul", "lo u16|s16", "=2 2 2", &VectorLoop.Binary<ushort, MultiplyLow<ushort>>, Integer);
        table.Add("mul", "lo u32|s32", "=4 4 4", &VectorLoop.Binary<uint, MultiplyLow<uint>>, Integer);
        table.Add("mul", "lo u64|s64", "=8 8 8", &LaneLoop.Binary<ulong, ulong, ulong, CarryOperations.Low<ulong>>, Integer);
        table.Add("mul", "hi u16", "=2 2 2", &LaneLoop.Binary<ushort, ushort, ushort, MultiplyHighU16>, Integer);
        table.Add("mul", "hi s16", "=2 2 2", &LaneLoop.Binary<short, short, short, MultiplyHighS16>, Integer);
        table.Add("mul", "hi u32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, MultiplyHighU32>, Integer);
        table.Add("mul", "hi s32", "=4 4 4", &LaneLoop.Binary<int, int, int, MultiplyHighS32>, Integer);
        table.Add("mul", "hi u64", "=8 8 8", &LaneLoop.Binary<ulong, ulong, ulong, MultiplyHighU64>, Integer);
        table.Add("mul", "hi s64", "=8 8 8", &LaneLoop.Binary<long, long, long, MultiplyHighS64>, Integer);
        table.Add("mul", "wide u16", "=4 2 2", &LaneLoop.Binary<ushort, ushort, uint, MultiplyWide<ushort, uint>>, Integer);
        table.Add("mul", "wide s16", "=4 2 2", &LaneLoop.Binary<short, short, int, MultiplyWide<short, int>>, Integer);
        table.Add("mul", "wide u32", "=8 4 4", &WideMultiply.Unsigned, Integer);
        table.Add("mul", "wide s32", "=8 4 4", &WideMultiply.Signed, Integer);

        table.Add("mad", "lo u16|s16", "=2 2 2 2", &VectorLoop.Ternary<ushort, MultiplyAddLow<ushort>>, Integer);
        table.Add("mad", "lo u32|s32", "=4 4 4 4", &VectorLoop.Ternary<uint, MultiplyAddLow<uint>>, Integer);
        table.Add("mad", "lo u64|s64", "=8 8 8 8", &VectorLoop.Ternary<ulong, MultiplyAddLow<ulong>>, Integer);
        table.Add(
            "mad",
            "hi u16",
            "=2 2 2 2",
            &LaneLoop.Ternary<ushort, ushort, ushort, ushort, MultiplyAddHigh<ushort, MultiplyHighU16>>,
            Integer);
        table.Add(
            "mad", "hi s16", "=2 2 2 2", &LaneLoop.Ternary<short, short, short, short, MultiplyAddHigh<short, MultiplyHighS16>>, Integer);
        table.Add("mad", "hi u32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, MultiplyAddHigh<uint, MultiplyHighU32>>, Integer);
        table.Add("mad", "hi s32", "=4 4 4 4", &LaneLoop.Ternary<int, int, int, int, MultiplyAddHigh<int, MultiplyHighS32>>, Integer);
        table.Add(
            "mad", "hi u64", "=8 8 8 8", &LaneLoop.Ternary<ulong, ulong, ulong, ulong, MultiplyAddHigh<ulong, MultiplyHighU64>>, Integer);
        table.Add("mad", "hi s64", "=8 8 8 8", &LaneLoop.Ternary<long, long, long, long, MultiplyAddHigh<long, MultiplyHighS64>>, Integer);
        table.Add("mad", "wide u16", "=4 2 2 4", &LaneLoop.Ternary<ushort, ushort, uint, uint, MultiplyAddWide<ushort, uint>>, Integer);
        table.Add("mad", "wide s16", "=4 2 2 4", &LaneLoop.Ternary<short, short, int, int, MultiplyAddWide<short, int>>, Integer);
        table.Add("mad", "wide u32", "=8 4 4 8", &LaneLoop.Ternary<uint, uint, ulong, ulong, MultiplyAddWide<uint, ulong>>, Integer);
        table.Add("mad", "wide s32", "=8 4 4 8", &LaneLoop.Ternary<int, int, long, long, MultiplyAddWide<int, long>>, Integer);
    }

    private static void AddQuotients(InstructionTable table)
    {
        table.Add("div", "u16", "=2 2 2", &LaneLoop.Binary<ushort, ushort, ushort, Divide<ushort>>, Integer);
        table.Add("div", "s16", "=2 2 2", &LaneLoop.Binary<short, short, short, Divide<short>>, Integer);
        table.Add("div", "u32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, Divide<uint>>, Integer);
        table.Add("div", "s32", "=4 4 4", &LaneLoop.Binary<int, int, int, Divide<int>>, Integer);
        table.Add("div", "u64", "=8 8 8", &LaneLoop.Binary<ulong, ulong, ulong, Divide<ulong>>, Integer);
        table.Add("div", "s64", "=8 8 8", &LaneLoop.Binary<long, long, long, Divide<long>>, Integer);
        table.Add("rem", "u16", "=2 2 2", &LaneLoop.Binary<ushort, ushort, ushort, Remainder<ushort>>, Integer);
        table.Add("rem", "s16", "=2 2 2", &LaneLoop.Binary<short, short, short, Remainder<short>>, Integer);
        table.Add("rem", "u32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, Remainder<uint>>, Integer);
        table.Add("rem", "s32", "=4 4 4", &LaneLoop.Binary<int, int, int, Remainder<int>>, Integer);
        table.Add("rem", "u64", "=8 8 8", &LaneLoop.Binary<ulong, ulong, ulong, Remainder<ulong>>, Integer);
        table.Add("rem", "s64", "=8 8 8", &LaneLoop.Binary<long, long, long, Remainder<long>>, Integer);
    }
}
