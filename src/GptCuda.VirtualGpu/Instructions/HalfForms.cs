using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.HalfModifiers;
using static GptCuda.VirtualGpu.Instructions.HalfOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Arithmetic in f16, bf16 and pairs of them.</summary>
internal static unsafe class HalfForms
{
    private const InstructionClass Float = InstructionClass.Float;
    private const InstructionClass Special = InstructionClass.Special;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddFormat<Half16>(table, "f16");
        AddFormat<BFloat16>(table, "bf16");
        AddBinary<FlushedBinary<Minimum<Half16>>>(table, "min", "ftz", "f16");
        AddBinary<FlushedBinary<Maximum<Half16>>>(table, "max", "ftz", "f16");
        AddBinary<FlushedBinary<MinimumNaN<Half16>>>(table, "min", "ftz NaN", "f16");
        AddBinary<FlushedBinary<MaximumNaN<Half16>>>(table, "max", "ftz NaN", "f16");
        AddTernary<FlushedTernary<FusedMultiplyAdd<Half16>>>(table, "rn ftz f16");
        AddTernary<SaturatedTernary<FusedMultiplyAdd<Half16>>>(table, "rn sat f16");
        AddTernary<SaturatedTernary<FlushedTernary<FusedMultiplyAdd<Half16>>>>(table, "rn ftz sat f16");
        AddTernary<RectifiedTernary<FlushedTernary<FusedMultiplyAdd<Half16>>>>(table, "rn ftz relu f16");
        AddApproximate<FlushedUnary<Approximate<Half16, ApproximateOperations.Exponential>>>(table, "ex2", "approx ftz f16");
    }

    private static void AddFormat<TFormat>(InstructionTable table, string type)
        where TFormat : struct, IFormat
    {
        AddArithmetic<Add<TFormat>>(table, "add", type);
        AddArithmetic<Subtract<TFormat>>(table, "sub", type);
        AddArithmetic<Multiply<TFormat>>(table, "mul", type);
        AddBinary<Minimum<TFormat>>(table, "min", "", type);
        AddBinary<Maximum<TFormat>>(table, "max", "", type);
        AddBinary<MinimumNaN<TFormat>>(table, "min", "NaN", type);
        AddBinary<MaximumNaN<TFormat>>(table, "max", "NaN", type);
        AddTernary<FusedMultiplyAdd<TFormat>>(table, $"rn {type}");
        AddTernary<RectifiedTernary<FusedMultiplyAdd<TFormat>>>(table, $"rn relu {type}");
        AddApproximate<Approximate<TFormat, ApproximateOperations.HyperbolicTangent>>(table, "tanh", $"approx {type}");
        string flush = type == "bf16" ? "ftz" : "";
        AddApproximate<Approximate<TFormat, ApproximateOperations.Exponential>>(table, "ex2", $"approx {flush} {type}");
        table.Add("neg", type, "=2 2", &LaneLoop.Unary<ushort, ushort, Negate<TFormat>>, Float);
        table.Add("neg", $"{type}x2", "=4 4", &LaneLoop.Unary<uint, uint, PairUnary<Negate<TFormat>>>, Float);
        table.Add("abs", type, "=2 2", &LaneLoop.Unary<ushort, ushort, Magnitude<TFormat>>, Float);
        table.Add("abs", $"{type}x2", "=4 4", &LaneLoop.Unary<uint, uint, PairUnary<Magnitude<TFormat>>>, Float);
    }

    private static void AddApproximate<TOperation>(InstructionTable table, string opcode, string modifiers)
        where TOperation : struct, ILaneUnary<ushort, ushort>
    {
        table.Add(opcode, modifiers, "=2 2", &LaneLoop.Unary<ushort, ushort, TOperation>, Special);
        table.Add(opcode, $"{modifiers}x2", "=4 4", &LaneLoop.Unary<uint, uint, PairUnary<TOperation>>, Special);
    }

    private static void AddArithmetic<TOperation>(InstructionTable table, string opcode, string type)
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        AddBinary<TOperation>(table, opcode, "rn?", type);
        if (type != "f16")
            return;
        AddBinary<FlushedBinary<TOperation>>(table, opcode, "rn? ftz", type);
        AddBinary<SaturatedBinary<TOperation>>(table, opcode, "rn? sat", type);
        AddBinary<SaturatedBinary<FlushedBinary<TOperation>>>(table, opcode, "rn? ftz sat", type);
    }

    private static void AddTernary<TOperation>(InstructionTable table, string modifiers)
        where TOperation : struct, ILaneTernary<ushort, ushort, ushort, ushort>
    {
        table.Add("fma", modifiers, "=2 2 2 2", &LaneLoop.Ternary<ushort, ushort, ushort, ushort, TOperation>, Float);
        table.Add("fma", $"{modifiers}x2", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, PairTernary<TOperation>>, Float);
    }

    private static void AddBinary<TOperation>(InstructionTable table, string opcode, string modifiers, string type)
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        table.Add(opcode, $"{modifiers} {type}", "=2 2 2", &LaneLoop.Binary<ushort, ushort, ushort, TOperation>, Float);
        table.Add(opcode, $"{modifiers} {type}x2", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, PairBinary<TOperation>>, Float);
    }
}
