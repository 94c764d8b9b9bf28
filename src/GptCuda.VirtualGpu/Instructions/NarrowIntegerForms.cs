using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.NarrowIntegerOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>mul24, mad24, dp2a, pairs of 16-bit integers, and minima and maxima that are not negative.</summary>
internal static unsafe class NarrowIntegerForms
{
    private const InstructionClass Integer = InstructionClass.Integer;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddProducts<Unsigned24>(table, "u32");
        AddProducts<Signed24>(table, "s32");
        AddDotProducts<ushort, byte>(table, "u32 u32");
        AddDotProducts<ushort, sbyte>(table, "u32 s32");
        AddDotProducts<short, byte>(table, "s32 u32");
        AddDotProducts<short, sbyte>(table, "s32 s32");
        AddPair<AddWrapped>(table, "add", "u16x2|s16x2");
        AddPair<MinimumUnsigned>(table, "min", "u16x2");
        AddPair<MinimumSigned>(table, "min", "s16x2");
        AddPair<MaximumUnsigned>(table, "max", "u16x2");
        AddPair<MaximumSigned>(table, "max", "s16x2");
        AddPair<Rectified<MinimumSigned>>(table, "min", "relu s16x2");
        AddPair<Rectified<MaximumSigned>>(table, "max", "relu s16x2");
        table.Add("min", "relu s32", "=4 4 4", &LaneLoop.Binary<int, int, int, RectifiedMinimum>, Integer);
        table.Add("max", "relu s32", "=4 4 4", &LaneLoop.Binary<int, int, int, RectifiedMaximum>, Integer);
    }

    private static void AddProducts<TExtension>(InstructionTable table, string type)
        where TExtension : struct, IExtension
    {
        table.Add("mul24", $"lo {type}", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, Multiply<TExtension, Low>>, Integer);
        table.Add("mul24", $"hi {type}", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, Multiply<TExtension, High>>, Integer);
        table.Add("mad24", $"lo {type}", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, MultiplyAdd<TExtension, Low>>, Integer);
        table.Add("mad24", $"hi {type}", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, MultiplyAdd<TExtension, High>>, Integer);
    }

    private static void AddDotProducts<TA, TB>(InstructionTable table, string types)
        where TA : unmanaged, System.Numerics.IBinaryInteger<TA>
        where TB : unmanaged, System.Numerics.IBinaryInteger<TB>
    {
        table.Add("dp2a", $"lo {types}", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, DotHalves<TA, TB, Low>>, Integer);
        table.Add("dp2a", $"hi {types}", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, DotHalves<TA, TB, High>>, Integer);
    }

    private static void AddPair<TOperation>(InstructionTable table, string opcode, string modifiers)
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort> =>
        table.Add(opcode, modifiers, "=4 4 4", &LaneLoop.Binary<uint, uint, uint, HalfOperations.PairBinary<TOperation>>, Integer);
}
