using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.HalfOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Arithmetic in f16, bf16 and pairs of them.</summary>
internal static unsafe class HalfForms
{
    private const InstructionClass Float = InstructionClass.Float;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddFormat<Half16>(table, "f16");
        AddFormat<BFloat16>(table, "bf16");
    }

    private static void AddFormat<TFormat>(InstructionTable table, string type)
        where TFormat : struct, IFormat
    {
        AddBinary<Add<TFormat>>(table, "add", "rn?", type);
        AddBinary<Subtract<TFormat>>(table, "sub", "rn?", type);
        AddBinary<Multiply<TFormat>>(table, "mul", "rn?", type);
        AddBinary<Minimum<TFormat>>(table, "min", "", type);
        AddBinary<Maximum<TFormat>>(table, "max", "", type);
        AddBinary<MinimumNaN<TFormat>>(table, "min", "NaN", type);
        AddBinary<MaximumNaN<TFormat>>(table, "max", "NaN", type);
        table.Add("fma", $"rn {type}", "=2 2 2 2", &LaneLoop.Ternary<ushort, ushort, ushort, ushort, FusedMultiplyAdd<TFormat>>, Float);
        table.Add(
            "fma", $"rn {type}x2", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, PairTernary<FusedMultiplyAdd<TFormat>>>, Float);
        table.Add("neg", type, "=2 2", &LaneLoop.Unary<ushort, ushort, Negate<TFormat>>, Float);
        table.Add("neg", $"{type}x2", "=4 4", &LaneLoop.Unary<uint, uint, PairUnary<Negate<TFormat>>>, Float);
        table.Add("abs", type, "=2 2", &LaneLoop.Unary<ushort, ushort, Magnitude<TFormat>>, Float);
        table.Add("abs", $"{type}x2", "=4 4", &LaneLoop.Unary<uint, uint, PairUnary<Magnitude<TFormat>>>, Float);
    }

    private static void AddBinary<TOperation>(InstructionTable table, string opcode, string modifiers, string type)
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        table.Add(opcode, $"{modifiers} {type}", "=2 2 2", &LaneLoop.Binary<ushort, ushort, ushort, TOperation>, Float);
        table.Add(opcode, $"{modifiers} {type}x2", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, PairBinary<TOperation>>, Float);
    }
}
