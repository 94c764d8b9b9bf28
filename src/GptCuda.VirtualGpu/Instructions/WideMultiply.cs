using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>mul.wide and mad.wide from 32 to 64 bits: half of every kernel's address arithmetic, so with vectors of its own.</summary>
internal static unsafe class WideMultiply
{
    /// <summary>mul.wide.u32 and mul.wide.s32.</summary>
    /// <typeparam name="TIn">uint or int.</typeparam>
    /// <typeparam name="TOut">ulong or long.</typeparam>
    public static void Multiply<TIn, TOut>(Warp warp, Instruction* instruction)
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<TIn, TIn, TOut, IntegerOperations.MultiplyWide<TIn, TOut>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        uint* a = (uint*)instruction->A.In(registers), b = (uint*)instruction->B.In(registers);
        ulong* d = (ulong*)instruction->D.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 4)
        {
            // The products are of the lower halves; what the upper ones hold does not matter.
            Vector256<long> wideA = Avx2.ConvertToVector256Int64(Vector128.Load(a + lane));
            Vector256<long> wideB = Avx2.ConvertToVector256Int64(Vector128.Load(b + lane));
            Vector256<ulong> product = typeof(TIn) == typeof(int)
                ? Avx2.Multiply(wideA.AsInt32(), wideB.AsInt32()).AsUInt64()
                : Avx2.Multiply(wideA.AsUInt32(), wideB.AsUInt32());
            product.Store(d + lane);
        }
    }
}
