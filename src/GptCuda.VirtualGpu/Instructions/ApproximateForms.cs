using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.ApproximateOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>ex2, lg2, rcp, sqrt, rsqrt, sin, cos, tanh and div in their approximate forms.</summary>
internal static unsafe class ApproximateForms
{
    private const InstructionClass Special = InstructionClass.Special;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddUnary<Exponential>(table, "ex2");
        AddUnary<Logarithm>(table, "lg2");
        AddUnary<Reciprocal>(table, "rcp");
        AddUnary<SquareRoot>(table, "sqrt");
        AddUnary<ReciprocalRoot>(table, "rsqrt");
        AddUnary<Sine>(table, "sin");
        AddUnary<Cosine>(table, "cos");
        table.Add("tanh", "approx f32", "=4 4", &LaneLoop.Unary<float, float, HyperbolicTangent>, Special);
        table.Add("div", "full f32", "=4 4 4", &LaneLoop.Binary<float, float, float, DivideFull>, Special);
        table.Add("div", "full ftz f32", "=4 4 4", &LaneLoop.Binary<float, float, float, FlushedBinary<DivideFull>>, Special);
        table.Add("div", "approx f32", "=4 4 4", &LaneLoop.Binary<float, float, float, DivideApproximate>, Special);
        table.Add("div", "approx ftz f32", "=4 4 4", &LaneLoop.Binary<float, float, float, FlushedBinary<DivideApproximate>>, Special);
    }

    private static void AddUnary<TOperation>(InstructionTable table, string opcode)
        where TOperation : struct, ILaneUnary<float, float>
    {
        table.Add(opcode, "approx f32", "=4 4", &LaneLoop.Unary<float, float, TOperation>, Special);
        table.Add(opcode, "approx ftz f32", "=4 4", &LaneLoop.Unary<float, float, Flushed<TOperation>>, Special);
    }
}
