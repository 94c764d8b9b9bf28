using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>mul.wide and mad.wide from 32 to 64 bits: half of every kernel's address arithmetic, so with vectors of its own.</summary>
internal static unsafe class WideMultiply
{
    /// <summary>mul.wide.u32</summary>
    public static void Unsigned(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<uint, uint, ulong, IntegerOperations.MultiplyWide<uint, ulong>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        uint* a = (uint*)instruction->A.In(registers), b = (uint*)instruction->B.In(registers);
        ulong* d = (ulong*)instruction->D.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 4)
        {
            Vector256<ulong> product = Avx2.Multiply(
                Avx2.ConvertToVector256Int64(Vector128.Load(a + lane)).AsUInt32(),
                Avx2.ConvertToVector256Int64(Vector128.Load(b + lane)).AsUInt32());
            product.Store(d + lane);
        }
    }

    /// <summary>mul.wide.s32</summary>
    public static void Signed(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<int, int, long, IntegerOperations.MultiplyWide<int, long>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        int* a = (int*)instruction->A.In(registers), b = (int*)instruction->B.In(registers);
        long* d = (long*)instruction->D.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 4)
        {
            Vector256<long> product = Avx2.Multiply(
                Avx2.ConvertToVector256Int64(Vector128.Load(a + lane)).AsInt32(),
                Avx2.ConvertToVector256Int64(Vector128.Load(b + lane)).AsInt32());
            product.Store(d + lane);
        }
    }
}
