using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using static GptCuda.VirtualGpu.Instructions.HalfOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>mma for f16 and bf16, ldmatrix.</summary>
internal static unsafe class MatrixForms
{
    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddMultiply(table, 16, "f32 f16 f16 f32", "4x4", &MatrixOperations.Multiply<Half16, float>);
        AddMultiply(table, 16, "f32 bf16 bf16 f32", "4x4", &MatrixOperations.Multiply<BFloat16, float>);
        AddMultiply(table, 16, "f16 f16 f16 f16", "4x2", &MatrixOperations.Multiply<Half16, Half>);
        AddMultiply(table, 8, "f32 f16 f16 f32", "4x4", &MatrixOperations.Multiply<Half16, float>);
        AddMultiply(table, 8, "f32 bf16 bf16 f32", "4x4", &MatrixOperations.Multiply<BFloat16, float>);
        AddMultiply(table, 8, "f16 f16 f16 f16", "4x2", &MatrixOperations.Multiply<Half16, Half>);

        AddLoad(table, "x1", "=4x1", 1);
        AddLoad(table, "x2", "=4x2", 2);
        AddLoad(table, "x4", "=4x4", 4);
    }

    private static void AddMultiply(
        InstructionTable table, int depth, string types, string sums, delegate*<Warp, Instruction*, void> handler)
    {
        nint address = (nint)handler;
        string a = $"4x{depth / 4}", b = depth == 16 ? "4x2" : "4x1";
        table.Add("mma", $"sync aligned m16n8k{depth} row col {types}", $"={sums} {a} {b} {sums}", InstructionClass.Matrix, (instruction, _) =>
        {
            instruction.Handler = (delegate*<Warp, Instruction*, void>)address;
            instruction.Detail.Variant = depth;
            return null;
        });
    }

    private static void AddLoad(InstructionTable table, string count, string results, int matrices) =>
        table.Add("ldmatrix", $"sync aligned m8n8 {count} trans? shared|shared::cta? b16", $"{results} m", InstructionClass.Shared,
            (instruction, slots) =>
        {
            instruction.Handler = &MatrixOperations.Load;
            ref InstructionDetail detail = ref instruction.Detail;
            MemoryForms.SetSpace(instruction, slots[5]);
            detail.Kind = AccessKind.Load;
            detail.ElementBytes = 16 / matrices;
            detail.Elements = matrices;
            detail.Variant = slots[4] is null ? 0 : 1;
            return null;
        });
}
