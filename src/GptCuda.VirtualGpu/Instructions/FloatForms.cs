using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.FloatOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Arithmetic in f32 and f64, rounded to nearest even; sums and products in f32 also in the other rounding modes.</summary>
internal static unsafe class FloatForms
{
    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddBinary<Add>(table, "add", "rn?");
        AddBinary<Subtract>(table, "sub", "rn?");
        AddBinary<Multiply>(table, "mul", "rn?");
        AddTernary<FusedMultiplyAdd>(table, "fma", "rn");
        // mad.f32 is fused from sm_20 on.
        AddTernary<FusedMultiplyAdd>(table, "mad", "rn?");

        AddDirected<ConversionOperations.Zero>(table, "rz");
        AddDirected<ConversionOperations.Down>(table, "rm");
        AddDirected<ConversionOperations.Up>(table, "rp");

        const InstructionClass single = InstructionClass.Float;
        table.Add("div", "rn f32", "=4 4 4", &VectorLoop.Binary<float, Divide>, InstructionClass.Special);
        table.Add("div", "rn ftz f32", "=4 4 4", &VectorLoop.Binary<float, FlushBinary<Divide>>, InstructionClass.Special);
        table.Add("sqrt", "rn f32", "=4 4", &VectorLoop.Unary<float, SquareRoot>, InstructionClass.Special);
        table.Add("sqrt", "rn ftz f32", "=4 4", &VectorLoop.Unary<float, FlushUnary<SquareRoot>>, InstructionClass.Special);
        table.Add("rcp", "rn f32", "=4 4", &VectorLoop.Unary<float, Reciprocal>, InstructionClass.Special);
        table.Add("rcp", "rn ftz f32", "=4 4", &VectorLoop.Unary<float, FlushUnary<Reciprocal>>, InstructionClass.Special);
        AddExtreme<Minimum, MinimumNaN>(table, "min");
        AddExtreme<Maximum, MaximumNaN>(table, "max");
        table.Add("abs", "f32", "=4 4", &VectorLoop.Unary<float, Magnitude>, single);
        table.Add("abs", "ftz f32", "=4 4", &VectorLoop.Unary<float, FlushUnary<Magnitude>>, single);
        table.Add("neg", "f32", "=4 4", &VectorLoop.Unary<float, Negate>, single);
        table.Add("neg", "ftz f32", "=4 4", &VectorLoop.Unary<float, FlushUnary<Negate>>, single);
        table.Add("copysign", "f32", "=4 4 4", &VectorLoop.Binary<uint, CopySign<uint>>, single);

        PackedFloatForms.AddTo(table);
        const InstructionClass twice = InstructionClass.Double;
        table.Add("add", "rn? f64", "=8 8 8", &VectorLoop.Binary<double, DoubleOperations.Add>, twice);
        table.Add("sub", "rn? f64", "=8 8 8", &VectorLoop.Binary<double, DoubleOperations.Subtract>, twice);
        table.Add("mul", "rn? f64", "=8 8 8", &VectorLoop.Binary<double, DoubleOperations.Multiply>, twice);
        table.Add("fma", "rn f64", "=8 8 8 8", &VectorLoop.Ternary<double, DoubleOperations.FusedMultiplyAdd>, twice);
        table.Add("mad", "rn f64", "=8 8 8 8", &VectorLoop.Ternary<double, DoubleOperations.FusedMultiplyAdd>, twice);
        table.Add("div", "rn f64", "=8 8 8", &VectorLoop.Binary<double, DoubleOperations.Divide>, twice);
        table.Add("sqrt", "rn f64", "=8 8", &VectorLoop.Unary<double, DoubleOperations.SquareRoot>, twice);
        table.Add("rcp", "rn f64", "=8 8", &VectorLoop.Unary<double, DoubleOperations.Reciprocal>, twice);
        table.Add("min", "f64", "=8 8 8", &VectorLoop.Binary<double, DoubleOperations.Minimum>, twice);
        table.Add("max", "f64", "=8 8 8", &VectorLoop.Binary<double, DoubleOperations.Maximum>, twice);
        table.Add("abs", "f64", "=8 8", &VectorLoop.Unary<double, DoubleOperations.Magnitude>, twice);
        table.Add("neg", "f64", "=8 8", &VectorLoop.Unary<double, DoubleOperations.Negate>, twice);
        table.Add("copysign", "f64", "=8 8 8", &VectorLoop.Binary<ulong, CopySign<ulong>>, twice);
    }

    private static void AddExtreme<TOperation, TNaN>(InstructionTable table, string opcode)
        where TOperation : struct, IVectorBinary<float>
        where TNaN : struct, IVectorBinary<float>
    {
        Add<TOperation>("");
        Add<FlushBinary<TOperation>>("ftz");
        Add<TNaN>("NaN");
        Add<FlushBinary<TNaN>>("ftz NaN");

        void Add<T>(string modifiers)
            where T : struct, IVectorBinary<float>
        {
            nint two = (nint)(delegate*<Execution.Warp, Instruction*, void>)&VectorLoop.Binary<float, T>;
            nint three = (nint)(delegate*<Execution.Warp, Instruction*, void>)&VectorLoop.Ternary<float, OfThree<T>>;
            // The third source begins with sm_100.
            table.Add(opcode, $"{modifiers} f32", "=4 4 4 4?", InstructionClass.Float, (instruction, _) =>
            {
                instruction.Handler = (delegate*<Execution.Warp, Instruction*, void>)(instruction.Operands[3].Kind
                    == LoweredOperandKind.Absent ? two : three);
                return null;
            });
            table.Add(
                opcode, $"{modifiers} xorsign abs f32", "=4 4 4", &VectorLoop.Binary<float, XorSign<T>>, InstructionClass.Float);
        }
    }

    private static void AddDirected<TRounding>(InstructionTable table, string rounding)
        where TRounding : struct, ConversionOperations.IRounding
    {
        Add<DirectedOperations.Add<TRounding>>("add");
        Add<DirectedOperations.Subtract<TRounding>>("sub");
        Add<DirectedOperations.Multiply<TRounding>>("mul");
        table.Add("fma", $"{rounding} f32", "=4 4 4 4",
            &LaneLoop.Ternary<float, float, float, float, DirectedOperations.FusedMultiplyAdd<TRounding>>, InstructionClass.Float);
        table.Add("fma", $"{rounding} ftz f32", "=4 4 4 4",
            &LaneLoop.Ternary<float, float, float, float,
            DirectedOperations.FlushedTernary<DirectedOperations.FusedMultiplyAdd<TRounding>>>,
            InstructionClass.Float);

        void Add<TOperation>(string opcode)
            where TOperation : struct, ILaneBinary<float, float, float>
        {
            table.Add(opcode, $"{rounding} f32", "=4 4 4", &LaneLoop.Binary<float, float, float, TOperation>, InstructionClass.Float);
            table.Add(opcode, $"{rounding} ftz f32", "=4 4 4",
                &LaneLoop.Binary<float, float, float, DirectedOperations.Flushed<TOperation>>, InstructionClass.Float);
        }
    }

    private static void AddBinary<TOperation>(InstructionTable table, string opcode, string rounding)
        where TOperation : struct, IVectorBinary<float>
    {
        const InstructionClass single = InstructionClass.Float;
        table.Add(opcode, $"{rounding} f32", "=4 4 4", &VectorLoop.Binary<float, TOperation>, single);
        table.Add(opcode, $"{rounding} ftz f32", "=4 4 4", &VectorLoop.Binary<float, FlushBinary<TOperation>>, single);
        table.Add(opcode, $"{rounding} sat f32", "=4 4 4", &VectorLoop.Binary<float, SaturateBinary<TOperation>>, single);
        table.Add(opcode, $"{rounding} ftz sat f32", "=4 4 4", &VectorLoop.Binary<float, SaturateBinary<FlushBinary<TOperation>>>, single);
    }

    private static void AddTernary<TOperation>(InstructionTable table, string opcode, string rounding)
        where TOperation : struct, IVectorTernary<float>
    {
        const InstructionClass single = InstructionClass.Float;
        table.Add(opcode, $"{rounding} f32", "=4 4 4 4", &VectorLoop.Ternary<float, TOperation>, single);
        table.Add(opcode, $"{rounding} ftz f32", "=4 4 4 4", &VectorLoop.Ternary<float, FlushTernary<TOperation>>, single);
        table.Add(opcode, $"{rounding} sat f32", "=4 4 4 4", &VectorLoop.Ternary<float, SaturateTernary<TOperation>>, single);
        table.Add(
            opcode, $"{rounding} ftz sat f32", "=4 4 4 4", &VectorLoop.Ternary<float, SaturateTernary<FlushTernary<TOperation>>>, single);
    }
}
