using System.Numerics;
using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Integer arithmetic on vectors of lanes; wraps.</summary>
internal static class IntegerOperations
{
    internal struct Add<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a + b;
    }

    internal struct Subtract<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a - b;
    }

    internal struct MultiplyLow<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a * b;
    }

    internal struct MultiplyAddLow<T> : IVectorTernary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b, Vector256<T> c) => a * b + c;
    }

    internal struct Minimum<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
    }

    internal struct Maximum<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
    }

    internal struct Negate<T> : IVectorUnary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a) => Vector256<T>.Zero - a;
    }

    /// <summary>The most negative number is its own magnitude.</summary>
    internal struct Magnitude<T> : IVectorUnary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a) =>
            Vector256.ConditionalSelect(Vector256.LessThan(a, Vector256<T>.Zero), Vector256<T>.Zero - a, a);
    }

    internal struct AddSaturated : ILaneBinary<int, int, int>
    {
        public static int Invoke(int a, int b) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);
    }

    internal struct SubtractSaturated : ILaneBinary<int, int, int>
    {
        public static int Invoke(int a, int b) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);
    }

    internal struct MultiplyHighU16 : ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => (ushort)(((uint)a * b) >> 16);
    }

    internal struct MultiplyHighS16 : ILaneBinary<short, short, short>
    {
        public static short Invoke(short a, short b) => (short)((a * b) >> 16);
    }

    internal struct MultiplyHighU32 : ILaneBinary<uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b) => (uint)(((ulong)a * b) >> 32);
    }

    internal struct MultiplyHighS32 : ILaneBinary<int, int, int>
    {
        public static int Invoke(int a, int b) => (int)(((long)a * b) >> 32);
    }

    internal struct MultiplyHighU64 : ILaneBinary<ulong, ulong, ulong>
    {
        public static ulong Invoke(ulong a, ulong b) => Math.BigMul(a, b, out _);
    }

    internal struct MultiplyHighS64 : ILaneBinary<long, long, long>
    {
        public static long Invoke(long a, long b) => Math.BigMul(a, b, out _);
    }

    /// <summary>mad.hi: the addition wraps, and there is no carry from the low half.</summary>
    internal struct MultiplyAddHigh<T, TMultiply> : ILaneTernary<T, T, T, T>
        where T : unmanaged, IBinaryInteger<T>
        where TMultiply : struct, ILaneBinary<T, T, T>
    {
        public static T Invoke(T a, T b, T c) => unchecked(TMultiply.Invoke(a, b) + c);
    }

    internal struct MultiplyWide<TIn, TOut> : ILaneBinary<TIn, TIn, TOut>
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        public static TOut Invoke(TIn a, TIn b) => TOut.CreateTruncating(a) * TOut.CreateTruncating(b);
    }

    internal struct MultiplyAddWide<TIn, TOut> : ILaneTernary<TIn, TIn, TOut, TOut>
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        public static TOut Invoke(TIn a, TIn b, TOut c) => TOut.CreateTruncating(a) * TOut.CreateTruncating(b) + c;
    }

    /// <summary>Division by zero gives all ones, as the hardware does; the most negative number by -1 is itself.</summary>
    internal struct Divide<T> : ILaneBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, T b)
        {
            if (T.IsZero(b))
                return T.AllBitsSet;
            return T.IsNegative(b) && b == -T.One ? T.Zero - a : a / b;
        }
    }

    /// <summary>The remainder of a division by zero is the dividend.</summary>
    internal struct Remainder<T> : ILaneBinary<T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, T b)
        {
            if (T.IsZero(b))
                return a;
            return T.IsNegative(b) && b == -T.One ? T.Zero : a % b;
        }
    }

    internal struct SumOfDifference<T> : ILaneTernary<T, T, T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, T b, T c) => c + (a < b ? b - a : a - b);
    }

    internal struct DotBytes<TA, TB> : ILaneTernary<uint, uint, uint, uint>
        where TA : unmanaged, IBinaryInteger<TA>
        where TB : unmanaged, IBinaryInteger<TB>
    {
        public static uint Invoke(uint a, uint b, uint c)
        {
            int sum = 0;
            for (int shift = 0; shift < 32; shift += 8)
                sum += int.CreateTruncating(TA.CreateTruncating(a >> shift)) * int.CreateTruncating(TB.CreateTruncating(b >> shift));
            return c + (uint)sum;
        }
    }
}
