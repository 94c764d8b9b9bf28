using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// Instruction handlers that run an operation over a warp's 32 lanes, a vector at a time; lanes outside the mask keep their value.
/// </summary>
internal static unsafe class VectorLoop
{
    /// <summary>d = op(a).</summary>
    public static void Unary<T, TOperation>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TOperation : struct, IVectorUnary<T>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers);
        uint mask = warp.Mask;
        if (mask == LaneMask.All)
        {
            for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
                TOperation.Invoke(Vector256.Load(a + lane)).Store(d + lane);
            return;
        }
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
        {
            Vector256<T> result = TOperation.Invoke(Vector256.Load(a + lane));
            Vector256.ConditionalSelect(LaneMask.Expand<T>(mask, lane), result, Vector256.Load(d + lane)).Store(d + lane);
        }
    }

    /// <summary>d = op(a, b).</summary>
    public static void Binary<T, TOperation>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TOperation : struct, IVectorBinary<T>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers), b = (T*)instruction->B.In(registers);
        uint mask = warp.Mask;
        if (mask == LaneMask.All)
        {
            for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
                TOperation.Invoke(Vector256.Load(a + lane), Vector256.Load(b + lane)).Store(d + lane);
            return;
        }
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
        {
            Vector256<T> result = TOperation.Invoke(Vector256.Load(a + lane), Vector256.Load(b + lane));
            Vector256.ConditionalSelect(LaneMask.Expand<T>(mask, lane), result, Vector256.Load(d + lane)).Store(d + lane);
        }
    }

    /// <summary>d = op(a, b, c).</summary>
    public static void Ternary<T, TOperation>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TOperation : struct, IVectorTernary<T>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers);
        T* b = (T*)instruction->B.In(registers), c = (T*)instruction->C.In(registers);
        uint mask = warp.Mask;
        if (mask == LaneMask.All)
        {
            for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
                TOperation.Invoke(Vector256.Load(a + lane), Vector256.Load(b + lane), Vector256.Load(c + lane)).Store(d + lane);
            return;
        }
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
        {
            Vector256<T> result = TOperation.Invoke(Vector256.Load(a + lane), Vector256.Load(b + lane), Vector256.Load(c + lane));
            Vector256.ConditionalSelect(LaneMask.Expand<T>(mask, lane), result, Vector256.Load(d + lane)).Store(d + lane);
        }
    }

    /// <summary>A bit a lane: whether op(a, b) holds. All lanes are compared; the caller applies the mask.</summary>
    public static uint Compare<T, TOperation>(T* a, T* b)
        where T : unmanaged
        where TOperation : struct, IVectorComparison<T>
    {
        uint bits = 0;
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
            bits |= LaneMask.Compress(TOperation.Invoke(Vector256.Load(a + lane), Vector256.Load(b + lane))) << lane;
        return bits;
    }
}
