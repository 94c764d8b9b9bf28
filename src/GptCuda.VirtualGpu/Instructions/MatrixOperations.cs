using System.Numerics;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// mma and ldmatrix. A product of two 16-bit numbers is exact in f32; each of the 16x8 sums is a chain of f32 additions over k in order,
/// beginning with c. Hardware adds in an order that is not documented, so nothing may lean on this one.
/// </summary>
internal static unsafe class MatrixOperations
{
    private const int Rows = 16, Columns = 8;

    /// <summary>
    /// mma.m16n8k16 and m16n8k8, row.col. Operands, flat: d, a, b, c as the ISA lists their registers. Variant is k.
    /// </summary>
    public static void Multiply<TFormat, TSum>(Warp warp, Instruction* instruction)
        where TFormat : struct, HalfOperations.IFormat
        where TSum : struct
    {
        RequireAll(warp, instruction);
        byte* registers = warp.Registers;
        int depth = instruction->Detail->Variant;
        bool narrowSum = typeof(TSum) == typeof(Half);
        int sums = narrowSum ? 2 : 4, registersOfA = depth / 4, registersOfB = depth / 8;
        OperandSlot* operands = instruction->All;
        float* a = stackalloc float[Rows * 16], b = stackalloc float[16 * Columns], c = stackalloc float[Rows * Columns];
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            int group = lane >> 2, inGroup = lane & 3;
            // a: register r holds row group (+8 for odd r), columns 2 * inGroup and the next (+8 for r >= 2).
            for (int r = 0; r < registersOfA; r++)
            {
                uint pair = ((uint*)operands[sums + r].In(registers))[lane];
                float* to = a + (group + (r & 1) * 8) * 16 + inGroup * 2 + (r >> 1) * 8;
                to[0] = TFormat.Decode((ushort)pair);
                to[1] = TFormat.Decode((ushort)(pair >> 16));
            }
            // b: register r holds rows 2 * inGroup and the next (+8 for r = 1) of column group.
            for (int r = 0; r < registersOfB; r++)
            {
                uint pair = ((uint*)operands[sums + registersOfA + r].In(registers))[lane];
                float* to = b + (inGroup * 2 + r * 8) * Columns + group;
                to[0] = TFormat.Decode((ushort)pair);
                to[Columns] = TFormat.Decode((ushort)(pair >> 16));
            }
            LoadSums(operands + sums + registersOfA + registersOfB, registers, lane, c, narrowSum);
        }
        for (int row = 0; row < Rows; row++)
        {
            Vector256<float> sum = Vector256.Load(c + row * Columns);
            for (int k = 0; k < depth; k++)
                sum += Vector256.Create(a[row * 16 + k]) * Vector256.Load(b + k * Columns);
            FloatOperations.Canonical(sum).Store(c + row * Columns);
        }
        for (int lane = 0; lane < Warp.Lanes; lane++)
            StoreSums(operands, registers, lane, c, narrowSum);
        warp.Block.Checker.Counters.MatrixMultiplies++;
    }

    // c and d: rows group and group + 8, columns 2 * inGroup and the next; f32 one a register, f16 a pair.
    private static void LoadSums(OperandSlot* operands, byte* registers, int lane, float* c, bool narrow)
    {
        float* at = c + (lane >> 2) * Columns + (lane & 3) * 2;
        for (int half = 0; half < 2; half++, at += 8 * Columns)
        {
            if (narrow)
            {
                uint pair = ((uint*)operands[half].In(registers))[lane];
                at[0] = NarrowFloats.FromHalf((ushort)pair);
                at[1] = NarrowFloats.FromHalf((ushort)(pair >> 16));
            }
            else
            {
                at[0] = ((float*)operands[half * 2].In(registers))[lane];
                at[1] = ((float*)operands[half * 2 + 1].In(registers))[lane];
            }
        }
    }

    private static void StoreSums(OperandSlot* operands, byte* registers, int lane, float* c, bool narrow)
    {
        float* at = c + (lane >> 2) * Columns + (lane & 3) * 2;
        for (int half = 0; half < 2; half++, at += 8 * Columns)
        {
            if (narrow)
            {
                ((uint*)operands[half].In(registers))[lane] = NarrowFloats.ToHalf(at[0]) | (uint)NarrowFloats.ToHalf(at[1]) << 16;
            }
            else
            {
                ((float*)operands[half * 2].In(registers))[lane] = at[0];
                ((float*)operands[half * 2 + 1].In(registers))[lane] = at[1];
            }
        }
    }

    /// <summary>
    /// ldmatrix.m8n8.b16, x1, x2 or x4: lanes 8i to 8i+7 give the addresses of matrix i's rows. Lane l receives row l/4, columns 2(l%4) and
    /// the next; transposed, column l/4, rows 2(l%4) and the next.
    /// </summary>
    public static void Load(Warp warp, Instruction* instruction)
    {
        RequireAll(warp, instruction);
        int matrices = instruction->Detail->Elements;
        bool transposed = instruction->Detail->Variant != 0;
        uint all = warp.Mask;
        warp.Mask = matrices == 4 ? all : (1u << (8 * matrices)) - 1;
        byte** rows = warp.Access.Resolve(warp, instruction, &instruction->All[matrices]);
        warp.Mask = all;
        byte* registers = warp.Registers;
        uint* loaded = stackalloc uint[4 * Warp.Lanes];
        for (int matrix = 0; matrix < matrices; matrix++)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
            {
                int major = lane >> 2, minor = (lane & 3) * 2;
                loaded[matrix * Warp.Lanes + lane] = transposed
                    ? ((ushort*)rows[matrix * 8 + minor])[major] | (uint)((ushort*)rows[matrix * 8 + minor + 1])[major] << 16
                    : ((uint*)rows[matrix * 8 + major])[lane & 3];
            }
        }
        for (int matrix = 0; matrix < matrices; matrix++)
            new Span<uint>(loaded + matrix * Warp.Lanes, Warp.Lanes).CopyTo(
                new Span<uint>(instruction->All[matrix].In(registers), Warp.Lanes));
    }

    private static void RequireAll(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All)
        {
            throw warp.Fault(FaultKind.InactiveLane, instruction, BitOperations.TrailingZeroCount(~warp.Mask),
                $"all 32 lanes have to execute it, here only 0x{warp.Mask:x8} do");
        }
    }
}
