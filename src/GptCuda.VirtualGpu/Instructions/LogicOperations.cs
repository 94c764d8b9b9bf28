using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Bitwise logic and shifts.</summary>
internal static unsafe class LogicOperations
{
    internal struct And<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a & b;
    }

    internal struct Or<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a | b;
    }

    internal struct Xor<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a ^ b;
    }

    internal struct Not<T> : IVectorUnary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a) => ~a;
    }

    internal struct IsZero<T> : ILaneUnary<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a) => T.IsZero(a) ? T.One : T.Zero;
    }

    /// <summary>shl: an amount of the width or more gives 0; .NET would take it modulo the width.</summary>
    internal struct ShiftLeft<T> : ILaneBinary<T, uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, uint amount) => amount >= (uint)(sizeof(T) * 8) ? T.Zero : a << (int)amount;
    }

    /// <summary>shr: an amount of the width or more leaves nothing but the sign.</summary>
    internal struct ShiftRight<T> : ILaneBinary<T, uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, uint amount) =>
            amount < (uint)(sizeof(T) * 8) ? a >> (int)amount : T.IsNegative(a) ? T.AllBitsSet : T.Zero;
    }

    internal struct FunnelLeftWrap : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint low, uint high, uint amount) =>
            (uint)((((ulong)high << 32 | low) << (int)(amount & 31)) >> 32);
    }

    internal struct FunnelLeftClamp : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint low, uint high, uint amount) =>
            amount >= 32 ? low : (uint)((((ulong)high << 32 | low) << (int)amount) >> 32);
    }

    internal struct FunnelRightWrap : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint low, uint high, uint amount) => (uint)(((ulong)high << 32 | low) >> (int)(amount & 31));
    }

    internal struct FunnelRightClamp : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint low, uint high, uint amount) =>
            amount >= 32 ? high : (uint)(((ulong)high << 32 | low) >> (int)amount);
    }

    /// <summary>lop3: bit a*4 + b*2 + c of the table decides each bit.</summary>
    public static void ThreeInputs(Warp warp, Instruction* instruction)
    {
        byte* registers = warp.Registers;
        uint* d = (uint*)instruction->D.In(registers), a = (uint*)instruction->A.In(registers);
        uint* b = (uint*)instruction->B.In(registers), c = (uint*)instruction->C.In(registers);
        int table = instruction->Detail->Variant;
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            uint result = 0, x = a[lane], y = b[lane], z = c[lane];
            for (int term = 0; term < 8; term++)
            {
                if ((table >> term & 1) != 0)
                    result |= ((term & 4) != 0 ? x : ~x) & ((term & 2) != 0 ? y : ~y) & ((term & 1) != 0 ? z : ~z);
            }
            d[lane] = result;
        }
    }

    /// <summary>shl.b32; the processor's shift by lanes clamps as PTX does.</summary>
    public static void ShiftLeft32(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<uint, uint, uint, ShiftLeft<uint>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        uint* d = (uint*)instruction->D.In(registers), a = (uint*)instruction->A.In(registers), b = (uint*)instruction->B.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 8)
            Avx2.ShiftLeftLogicalVariable(Vector256.Load(a + lane), Vector256.Load(b + lane)).Store(d + lane);
    }

    /// <summary>shr.u32</summary>
    public static void ShiftRightU32(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<uint, uint, uint, ShiftRight<uint>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        uint* d = (uint*)instruction->D.In(registers), a = (uint*)instruction->A.In(registers), b = (uint*)instruction->B.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 8)
            Avx2.ShiftRightLogicalVariable(Vector256.Load(a + lane), Vector256.Load(b + lane)).Store(d + lane);
    }

    /// <summary>shr.s32</summary>
    public static void ShiftRightS32(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<int, uint, int, ShiftRight<int>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        int* d = (int*)instruction->D.In(registers), a = (int*)instruction->A.In(registers);
        uint* b = (uint*)instruction->B.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 8)
            Avx2.ShiftRightArithmeticVariable(Vector256.Load(a + lane), Vector256.Load(b + lane)).Store(d + lane);
    }

    /// <summary>shl.b64</summary>
    public static void ShiftLeft64(Warp warp, Instruction* instruction)
    {
        if (warp.Mask != LaneMask.All || !Avx2.IsSupported)
        {
            LaneLoop.Binary<ulong, uint, ulong, ShiftLeft<ulong>>(warp, instruction);
            return;
        }
        byte* registers = warp.Registers;
        ulong* d = (ulong*)instruction->D.In(registers), a = (ulong*)instruction->A.In(registers);
        uint* b = (uint*)instruction->B.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane += 4)
        {
            Vector256<ulong> amounts = Avx2.ConvertToVector256Int64(Vector128.Load(b + lane)).AsUInt64();
            Avx2.ShiftLeftLogicalVariable(Vector256.Load(a + lane), amounts).Store(d + lane);
        }
    }

    /// <summary>and, or, xor, not of predicates: a bit a lane, so one word does all.</summary>
    internal struct PredicateAnd : ILaneBinary<uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b) => a & b;
    }

    internal struct PredicateOr : ILaneBinary<uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b) => a | b;
    }

    internal struct PredicateXor : ILaneBinary<uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b) => a ^ b;
    }

    /// <summary>d = op(a, b) on predicates.</summary>
    public static void Predicates<TOperation>(Warp warp, Instruction* instruction)
        where TOperation : struct, ILaneBinary<uint, uint, uint>
    {
        byte* registers = warp.Registers;
        uint result = TOperation.Invoke(*(uint*)instruction->A.In(registers), *(uint*)instruction->B.In(registers));
        warp.SetPredicate(instruction->D, result);
    }

    /// <summary>not.pred</summary>
    public static void NotPredicate(Warp warp, Instruction* instruction) =>
        warp.SetPredicate(instruction->D, ~*(uint*)instruction->A.In(warp.Registers));

    /// <summary>mov.pred</summary>
    public static void MovePredicate(Warp warp, Instruction* instruction) =>
        warp.SetPredicate(instruction->D, *(uint*)instruction->A.In(warp.Registers));
}
