using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.FloatOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Pairs of f32 in one register, which begin with sm_100: each half for itself.</summary>
internal static unsafe class PackedFloatForms
{
    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddBinary<Add>(table, "add");
        AddBinary<Subtract>(table, "sub");
        AddBinary<Multiply>(table, "mul");
        table.Add("fma", "rn f32x2", "=8 8 8 8", &VectorLoop.Ternary<ulong, Ternary<FusedMultiplyAdd>>, InstructionClass.Float);
        table.Add(
            "fma", "rn ftz f32x2", "=8 8 8 8", &VectorLoop.Ternary<ulong, Ternary<FlushTernary<FusedMultiplyAdd>>>, InstructionClass.Float);
    }

    private static void AddBinary<TOperation>(InstructionTable table, string opcode)
        where TOperation : struct, IVectorBinary<float>
    {
        table.Add(opcode, "rn? f32x2", "=8 8 8", &VectorLoop.Binary<ulong, Binary<TOperation>>, InstructionClass.Float);
        table.Add(opcode, "rn? ftz f32x2", "=8 8 8", &VectorLoop.Binary<ulong, Binary<FlushBinary<TOperation>>>, InstructionClass.Float);
    }

    private struct Binary<TOperation> : IVectorBinary<ulong>
        where TOperation : struct, IVectorBinary<float>
    {
        public static Vector256<ulong> Invoke(Vector256<ulong> a, Vector256<ulong> b) =>
            TOperation.Invoke(a.AsSingle(), b.AsSingle()).AsUInt64();
    }

    private struct Ternary<TOperation> : IVectorTernary<ulong>
        where TOperation : struct, IVectorTernary<float>
    {
        public static Vector256<ulong> Invoke(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            TOperation.Invoke(a.AsSingle(), b.AsSingle(), c.AsSingle()).AsUInt64();
    }
}
