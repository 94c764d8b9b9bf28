using System.Numerics;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// Extended-precision arithmetic through each lane's carry flag. The flag after a subtraction means that nothing was borrowed
/// (PTX ISA, "Extended-Precision Arithmetic"), which is a + ~b + 1's carry.
/// </summary>
internal static unsafe class CarryOperations
{
    /// <summary>add and sub with carry in, carry out or both.</summary>
    /// <typeparam name="T">uint or ulong.</typeparam>
    public static void AddOrSubtract<T>(Warp warp, Instruction* instruction)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers), b = (T*)instruction->B.In(registers);
        var variant = (CarryVariant)instruction->Detail->Variant;
        bool subtracts = variant.HasFlag(CarryVariant.Subtract);
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            bool carry = variant.HasFlag(CarryVariant.CarryIn) ? (warp.Carry >> lane & 1) != 0 : subtracts;
            d[lane] = Sum(warp, variant, lane, a[lane], subtracts ? ~b[lane] : b[lane], carry);
        }
    }

    /// <summary>mad.lo and mad.hi with carry in, carry out or both.</summary>
    /// <typeparam name="T">uint or ulong.</typeparam>
    /// <typeparam name="TMultiply">The low or high half of the product.</typeparam>
    public static void MultiplyAdd<T, TMultiply>(Warp warp, Instruction* instruction)
        where T : unmanaged, IBinaryInteger<T>
        where TMultiply : struct, ILaneBinary<T, T, T>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers);
        T* b = (T*)instruction->B.In(registers), c = (T*)instruction->C.In(registers);
        var variant = (CarryVariant)instruction->Detail->Variant;
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            bool carry = variant.HasFlag(CarryVariant.CarryIn) && (warp.Carry >> lane & 1) != 0;
            d[lane] = Sum(warp, variant, lane, TMultiply.Invoke(a[lane], b[lane]), c[lane], carry);
        }
    }

    private static T Sum<T>(Warp warp, CarryVariant variant, int lane, T a, T b, bool carry)
        where T : unmanaged, IBinaryInteger<T>
    {
        T sum = unchecked(a + b);
        bool carried = sum < a;
        if (carry)
        {
            sum = unchecked(sum + T.One);
            carried |= T.IsZero(sum);
        }
        if (variant.HasFlag(CarryVariant.CarryOut))
            warp.Carry = carried ? warp.Carry | (1u << lane) : warp.Carry & ~(1u << lane);
        return sum;
    }

    /// <summary>The low half of a product.</summary>
    internal struct Low<T> : ILaneBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, T b) => unchecked(a * b);
    }

    /// <summary>The high half of a product of signed numbers, as bits.</summary>
    internal struct HighS32 : ILaneBinary<uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b) => (uint)IntegerOperations.MultiplyHighS32.Invoke((int)a, (int)b);
    }

    /// <summary>The high half of a product of signed numbers, as bits.</summary>
    internal struct HighS64 : ILaneBinary<ulong, ulong, ulong>
    {
        public static ulong Invoke(ulong a, ulong b) => (ulong)IntegerOperations.MultiplyHighS64.Invoke((long)a, (long)b);
    }
}
