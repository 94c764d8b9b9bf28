using System.Numerics;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// What atom and red do to a value in memory: old, b, c to new. Lanes take their turns in order. No host atomics are needed: blocks
/// reach global memory in this way one at a time (see <see cref="BlockScheduler"/>), and a block is run by one thread.
/// </summary>
internal static unsafe class AtomicOperations
{
    internal struct Add<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, INumberBase<T>
    {
        public static T Invoke(T old, T b, T c) => unchecked(old + b);
    }

    internal struct Exchange<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged
    {
        public static T Invoke(T old, T b, T c) => b;
    }

    internal struct CompareAndSwap<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, IEquatable<T>
    {
        public static T Invoke(T old, T b, T c) => old.Equals(b) ? c : old;
    }

    internal struct And<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T old, T b, T c) => old & b;
    }

    internal struct Or<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T old, T b, T c) => old | b;
    }

    internal struct Xor<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T old, T b, T c) => old ^ b;
    }

    internal struct Minimum<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Invoke(T old, T b, T c) => T.Min(old, b);
    }

    internal struct Maximum<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Invoke(T old, T b, T c) => T.Max(old, b);
    }

    /// <summary>inc: wraps to 0 from b, and from beyond it.</summary>
    internal struct Increment : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint old, uint b, uint c) => old >= b ? 0 : old + 1;
    }

    /// <summary>dec: wraps to b from 0, and from beyond b.</summary>
    internal struct Decrement : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint old, uint b, uint c) => old == 0 || old > b ? b : old - 1;
    }

    internal struct AddSingle : ILaneTernary<float, float, float, float>
    {
        public static float Invoke(float old, float b, float c) => FloatOperations.Canonical(old + b);
    }

    internal struct AddNarrow<TFormat> : ILaneTernary<ushort, ushort, ushort, ushort>
        where TFormat : struct, HalfOperations.IFormat
    {
        public static ushort Invoke(ushort old, ushort b, ushort c) => HalfOperations.Add<TFormat>.Invoke(old, b);
    }

    /// <summary>atom: d = old, memory = op(old, b, c). Operands: d, address, b, c.</summary>
    public static void Atomic<T, TOperation>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TOperation : struct, ILaneTernary<T, T, T, T>
    {
        byte** pointers = warp.Access.Resolve(warp, instruction, &instruction->A);
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), b = (T*)instruction->B.In(registers);
        T* c = instruction->C.IsPresent ? (T*)instruction->C.In(registers) : b;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T* memory = (T*)pointers[lane];
            T old = *memory;
            T value = TOperation.Invoke(old, b[lane], c[lane]);
            *memory = value;
            CountChange(warp, instruction, old, value);
            d[lane] = old;
        }
    }

    /// <summary>red: memory = op(old, b, c). Operands: address, b, c.</summary>
    public static void Reduction<T, TOperation>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TOperation : struct, ILaneTernary<T, T, T, T>
    {
        byte** pointers = warp.Access.Resolve(warp, instruction, &instruction->D);
        byte* registers = warp.Registers;
        T* b = (T*)instruction->A.In(registers);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T* memory = (T*)pointers[lane];
            T old = *memory;
            T value = TOperation.Invoke(old, b[lane], b[lane]);
            *memory = value;
            CountChange(warp, instruction, old, value);
        }
    }

    /// <summary>An atomic that changes nothing is a poll, like a load; one that does is progress.</summary>
    private static void CountChange<T>(Warp warp, Instruction* instruction, T old, T value)
        where T : unmanaged
    {
        if (EqualityComparer<T>.Default.Equals(old, value))
            warp.NotePoll(instruction);
        else
            warp.Stores++;
    }
}
