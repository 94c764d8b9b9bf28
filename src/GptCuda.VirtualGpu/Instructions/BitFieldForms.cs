using System.Numerics;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using static GptCuda.VirtualGpu.Instructions.BitFieldOperations;
using static GptCuda.VirtualGpu.Instructions.BitMaskOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>popc, clz, brev, bfind, bfe, bfi, szext, bmsk, fns, prmt.</summary>
internal static unsafe class BitFieldForms
{
    private const InstructionClass Integer = InstructionClass.Integer;
    private static readonly string[] PermuteModes = ["f4e", "b4e", "rc8", "ecl", "ecr", "rc16"];

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        table.Add("popc", "b32", "=4 4", &LaneLoop.Unary<uint, uint, PopCount<uint>>, Integer);
        table.Add("popc", "b64", "=4 8", &LaneLoop.Unary<ulong, uint, PopCount<ulong>>, Integer);
        table.Add("clz", "b32", "=4 4", &LaneLoop.Unary<uint, uint, LeadingZeros<uint>>, Integer);
        table.Add("clz", "b64", "=4 8", &LaneLoop.Unary<ulong, uint, LeadingZeros<ulong>>, Integer);
        table.Add("brev", "b32", "=4 4", &LaneLoop.Unary<uint, uint, Reverse32>, Integer);
        table.Add("brev", "b64", "=8 8", &LaneLoop.Unary<ulong, ulong, Reverse64>, Integer);
        table.Add("bfind", "u32", "=4 4", &LaneLoop.Unary<uint, uint, FindHighest<uint>>, Integer);
        table.Add("bfind", "s32", "=4 4", &LaneLoop.Unary<int, uint, FindHighest<int>>, Integer);
        table.Add("bfind", "u64", "=4 8", &LaneLoop.Unary<ulong, uint, FindHighest<ulong>>, Integer);
        table.Add("bfind", "s64", "=4 8", &LaneLoop.Unary<long, uint, FindHighest<long>>, Integer);
        table.Add("bfind", "shiftamt u32", "=4 4", &LaneLoop.Unary<uint, uint, FindShift<uint>>, Integer);
        table.Add("bfind", "shiftamt s32", "=4 4", &LaneLoop.Unary<int, uint, FindShift<int>>, Integer);
        table.Add("bfind", "shiftamt u64", "=4 8", &LaneLoop.Unary<ulong, uint, FindShift<ulong>>, Integer);
        table.Add("bfind", "shiftamt s64", "=4 8", &LaneLoop.Unary<long, uint, FindShift<long>>, Integer);
        table.Add("bfe", "u32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, Extract<uint>>, Integer);
        table.Add("bfe", "s32", "=4 4 4 4", &LaneLoop.Ternary<int, uint, uint, int, Extract<int>>, Integer);
        table.Add("bfe", "u64", "=8 8 4 4", &LaneLoop.Ternary<ulong, uint, uint, ulong, Extract<ulong>>, Integer);
        table.Add("bfe", "s64", "=8 8 4 4", &LaneLoop.Ternary<long, uint, uint, long, Extract<long>>, Integer);
        table.Add("bfi", "b32", "=4 4 4 4 4", &InsertField<uint>, Integer);
        table.Add("bfi", "b64", "=8 8 8 4 4", &InsertField<ulong>, Integer);
        table.Add("szext", "clamp s32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, ExtendSign<Clamped>>, Integer);
        table.Add("szext", "wrap s32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, ExtendSign<Wrapped>>, Integer);
        table.Add("szext", "clamp u32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, ExtendZero<Clamped>>, Integer);
        table.Add("szext", "wrap u32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, ExtendZero<Wrapped>>, Integer);
        table.Add("bmsk", "clamp b32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, Mask<Clamped>>, Integer);
        table.Add("bmsk", "wrap b32", "=4 4 4", &LaneLoop.Binary<uint, uint, uint, Mask<Wrapped>>, Integer);
        table.Add("fns", "b32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, int, uint, FindNthSet>, Integer);
        table.Add("prmt", "b32", "=4 4 4 4", &LaneLoop.Ternary<uint, uint, uint, uint, Permute>, Integer);
        table.Add("prmt", "b32 f4e|b4e|rc8|ecl|ecr|rc16", "=4 4 4 4", Integer, (instruction, slots) =>
        {
            instruction.Handler = &PermuteByMode;
            instruction.Detail.Variant = Array.IndexOf(PermuteModes, slots[1]);
            return null;
        });
    }

    private static void InsertField<T>(Warp warp, Instruction* instruction)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers), b = (T*)instruction->B.In(registers);
        uint* position = (uint*)instruction->C.In(registers), length = (uint*)instruction->All[4].In(registers);
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = Insert(a[lane], b[lane], position[lane], length[lane]);
        }
    }

    private static void PermuteByMode(Warp warp, Instruction* instruction)
    {
        byte* registers = warp.Registers;
        uint* d = (uint*)instruction->D.In(registers), a = (uint*)instruction->A.In(registers);
        uint* b = (uint*)instruction->B.In(registers), c = (uint*)instruction->C.In(registers);
        string mode = PermuteModes[instruction->Detail->Variant];
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = Permute.Invoke(a[lane], b[lane], PermuteSelector(mode, c[lane]));
        }
    }
}
