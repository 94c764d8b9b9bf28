using System.Numerics;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Instruction handlers that run an operation over the lanes of the mask, one at a time.</summary>
internal static unsafe class LaneLoop
{
    /// <summary>d = op(a).</summary>
    public static void Unary<TIn, TOut, TOperation>(Warp warp, Instruction* instruction)
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperation : struct, ILaneUnary<TIn, TOut>
    {
        byte* registers = warp.Registers;
        TOut* d = (TOut*)instruction->D.In(registers);
        TIn* a = (TIn*)instruction->A.In(registers);
        uint mask = warp.Mask;
        if (mask == LaneMask.All)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                d[lane] = TOperation.Invoke(a[lane]);
            return;
        }
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = TOperation.Invoke(a[lane]);
        }
    }

    /// <summary>d = op(a, b).</summary>
    public static void Binary<TA, TB, TOut, TOperation>(Warp warp, Instruction* instruction)
        where TA : unmanaged
        where TB : unmanaged
        where TOut : unmanaged
        where TOperation : struct, ILaneBinary<TA, TB, TOut>
    {
        byte* registers = warp.Registers;
        TOut* d = (TOut*)instruction->D.In(registers);
        TA* a = (TA*)instruction->A.In(registers);
        TB* b = (TB*)instruction->B.In(registers);
        uint mask = warp.Mask;
        if (mask == LaneMask.All)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                d[lane] = TOperation.Invoke(a[lane], b[lane]);
            return;
        }
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = TOperation.Invoke(a[lane], b[lane]);
        }
    }

    /// <summary>d = op(a, b, c).</summary>
    public static void Ternary<TA, TB, TC, TOut, TOperation>(Warp warp, Instruction* instruction)
        where TA : unmanaged
        where TB : unmanaged
        where TC : unmanaged
        where TOut : unmanaged
        where TOperation : struct, ILaneTernary<TA, TB, TC, TOut>
    {
        byte* registers = warp.Registers;
        TOut* d = (TOut*)instruction->D.In(registers);
        TA* a = (TA*)instruction->A.In(registers);
        TB* b = (TB*)instruction->B.In(registers);
        TC* c = (TC*)instruction->C.In(registers);
        uint mask = warp.Mask;
        if (mask == LaneMask.All)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                d[lane] = TOperation.Invoke(a[lane], b[lane], c[lane]);
            return;
        }
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = TOperation.Invoke(a[lane], b[lane], c[lane]);
        }
    }
}
