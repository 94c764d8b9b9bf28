using System.Numerics;
using System.Runtime.CompilerServices;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Conversions of one value.</summary>
internal static class ConversionOperations
{
    /// <summary>A rounding to integral values.</summary>
    internal interface IRounding
    {
        /// <summary>The integral value.</summary>
        static abstract double Round(double value);

        /// <summary>Which of a rounded value and its neighbours is meant: -1 the one below, 1 the one above, 0 itself.</summary>
        /// <param name="side">The sign of exact - rounded.</param>
        /// <param name="value">The rounded value.</param>
        static abstract int Correction(int side, double value);
    }

    /// <summary>To nearest, ties to even.</summary>
    internal struct Nearest : IRounding
    {
        public static double Round(double value) => Math.Round(value, MidpointRounding.ToEven);

        public static int Correction(int side, double value) => 0;
    }

    /// <summary>Towards zero.</summary>
    internal struct Zero : IRounding
    {
        public static double Round(double value) => Math.Truncate(value);

        public static int Correction(int side, double value) => value > 0 && side < 0 ? -1 : value < 0 && side > 0 ? 1 : 0;
    }

    /// <summary>Towards minus infinity.</summary>
    internal struct Down : IRounding
    {
        public static double Round(double value) => Math.Floor(value);

        public static int Correction(int side, double value) => Math.Min(side, 0);
    }

    /// <summary>Towards plus infinity.</summary>
    internal struct Up : IRounding
    {
        public static double Round(double value) => Math.Ceiling(value);

        public static int Correction(int side, double value) => Math.Max(side, 0);
    }

    internal struct Truncate<TIn, TOut> : ILaneUnary<TIn, TOut>
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        public static TOut Invoke(TIn a) => TOut.CreateTruncating(a);
    }

    internal struct Saturate<TIn, TOut> : ILaneUnary<TIn, TOut>
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        public static TOut Invoke(TIn a) => TOut.CreateSaturating(a);
    }

    /// <summary>Saturates; NaN becomes 0, but 2^63 as bits for a 64-bit target (PTX ISA, "cvt").</summary>
    internal struct SingleToInteger<T, TRounding> : ILaneUnary<float, T>
        where T : unmanaged, IBinaryInteger<T>
        where TRounding : struct, IRounding
    {
        public static T Invoke(float a) =>
            float.IsNaN(a) && Unsafe.SizeOf<T>() != 8 ? T.Zero : DoubleToInteger<T, TRounding>.Invoke(a);
    }

    internal struct SingleToIntegerFlushed<T, TRounding> : ILaneUnary<float, T>
        where T : unmanaged, IBinaryInteger<T>
        where TRounding : struct, IRounding
    {
        public static T Invoke(float a) => SingleToInteger<T, TRounding>.Invoke(FloatOperations.Flush(a));
    }

    /// <summary>Saturates; NaN becomes the target's highest bit alone (PTX ISA, "cvt").</summary>
    internal struct DoubleToInteger<T, TRounding> : ILaneUnary<double, T>
        where T : unmanaged, IBinaryInteger<T>
        where TRounding : struct, IRounding
    {
        public static T Invoke(double a) =>
            double.IsNaN(a) ? T.One << (Unsafe.SizeOf<T>() * 8 - 1) : T.CreateSaturating(TRounding.Round(a));
    }

    internal struct NarrowToInteger<T, TFormat, TRounding> : ILaneUnary<ushort, T>
        where T : unmanaged, IBinaryInteger<T>
        where TFormat : struct, HalfOperations.IFormat
        where TRounding : struct, IRounding
    {
        public static T Invoke(ushort a) => SingleToInteger<T, TRounding>.Invoke(TFormat.Decode(a));
    }

    internal struct IntegerToSingle<T, TRounding> : ILaneUnary<T, float>
        where T : unmanaged, IBinaryInteger<T>
        where TRounding : struct, IRounding
    {
        public static float Invoke(T a)
        {
            float nearest = float.CreateTruncating(a);
            int correction = TRounding.Correction(Int128.CreateTruncating(a).CompareTo((Int128)nearest), nearest);
            return correction == 0 ? nearest : correction < 0 ? MathF.BitDecrement(nearest) : MathF.BitIncrement(nearest);
        }
    }

    internal struct IntegerToDouble<T, TRounding> : ILaneUnary<T, double>
        where T : unmanaged, IBinaryInteger<T>
        where TRounding : struct, IRounding
    {
        public static double Invoke(T a)
        {
            double nearest = double.CreateTruncating(a);
            int correction = TRounding.Correction(Int128.CreateTruncating(a).CompareTo((Int128)nearest), nearest);
            return correction == 0 ? nearest : correction < 0 ? Math.BitDecrement(nearest) : Math.BitIncrement(nearest);
        }
    }

    internal struct IntegerToNarrow<T, TFormat> : ILaneUnary<T, ushort>
        where T : unmanaged, IBinaryInteger<T>
        where TFormat : struct, HalfOperations.IFormat
    {
        /// <remarks>Rounded to odd on the way, so that the second rounding is the only one.</remarks>
        public static ushort Invoke(T a)
        {
            double nearest = double.CreateTruncating(a);
            int side = Int128.CreateTruncating(a).CompareTo((Int128)nearest);
            if (side != 0 && (BitConverter.DoubleToInt64Bits(nearest) & 1) == 0)
                nearest = side > 0 ? Math.BitIncrement(nearest) : Math.BitDecrement(nearest);
            return TFormat.EncodeOdd(nearest);
        }
    }

    internal struct Widen : ILaneUnary<float, double>
    {
        public static double Invoke(float a) => a;
    }

    internal struct WidenFlushed : ILaneUnary<float, double>
    {
        public static double Invoke(float a) => FloatOperations.Flush(a);
    }

    internal struct Narrow<TRounding> : ILaneUnary<double, float>
        where TRounding : struct, IRounding
    {
        public static float Invoke(double a)
        {
            if (double.IsNaN(a))
                return FloatOperations.Canonical(float.NaN);
            float nearest = (float)a;
            int side = a.CompareTo((double)nearest);
            int correction = TRounding.Correction(side, nearest == 0 ? a : nearest);
            return correction == 0 ? nearest : correction < 0 ? MathF.BitDecrement(nearest) : MathF.BitIncrement(nearest);
        }
    }

    internal struct RoundToIntegral<TRounding> : ILaneUnary<float, float>
        where TRounding : struct, IRounding
    {
        public static float Invoke(float a) => FloatOperations.Canonical((float)TRounding.Round(a));
    }

    internal struct RoundToIntegralFlushed<TRounding> : ILaneUnary<float, float>
        where TRounding : struct, IRounding
    {
        public static float Invoke(float a) => FloatOperations.Canonical((float)TRounding.Round(FloatOperations.Flush(a)));
    }

    internal struct RoundToIntegral64<TRounding> : ILaneUnary<double, double>
        where TRounding : struct, IRounding
    {
        public static double Invoke(double a) => TRounding.Round(a);
    }

    internal struct SaturateSingle : ILaneUnary<float, float>
    {
        public static float Invoke(float a) => a > 0 ? Math.Min(a, 1) : 0;
    }

    internal struct FlushSingle : ILaneUnary<float, float>
    {
        public static float Invoke(float a) => FloatOperations.Canonical(FloatOperations.Flush(a));
    }

    internal struct FromNarrow<TFormat> : ILaneUnary<ushort, float>
        where TFormat : struct, HalfOperations.IFormat
    {
        public static float Invoke(ushort a) => FloatOperations.Canonical(TFormat.Decode(a));
    }

    internal struct FromNarrow64<TFormat> : ILaneUnary<ushort, double>
        where TFormat : struct, HalfOperations.IFormat
    {
        public static double Invoke(ushort a) => TFormat.Decode(a);
    }

    internal struct ToHalf : ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a) => NarrowFloats.ToHalf(a);
    }

    internal struct ToHalfTowardsZero : ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a) => NarrowFloats.ToHalfTowardsZero(a);
    }

    internal struct ToBFloat : ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a) => NarrowFloats.ToBFloat(a);
    }

    internal struct ToBFloatTowardsZero : ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a) => NarrowFloats.ToBFloatTowardsZero(a);
    }

    internal struct DoubleToHalf : ILaneUnary<double, ushort>
    {
        public static ushort Invoke(double a) => NarrowFloats.ToHalf(a);
    }

    /// <summary>.relu: negative results become 0, NaN stays.</summary>
    internal struct Rectified<TOperation> : ILaneUnary<float, ushort>
        where TOperation : struct, ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a)
        {
            ushort result = TOperation.Invoke(a);
            return (result & 0x8000) != 0 ? (ushort)0 : result;
        }
    }

    /// <summary>Two floats into a pair: the first source is the high half.</summary>
    internal struct Pair<TOperation> : ILaneBinary<float, float, uint>
        where TOperation : struct, ILaneUnary<float, ushort>
    {
        public static uint Invoke(float a, float b) => (uint)TOperation.Invoke(a) << 16 | TOperation.Invoke(b);
    }

    /// <summary>A conversion whose source is the low byte of a 16-bit register.</summary>
    internal struct FromByte<TIn, TOut, TOperation> : ILaneUnary<ushort, TOut>
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperation : struct, ILaneUnary<TIn, TOut>
    {
        public static TOut Invoke(ushort a)
        {
            byte low = (byte)a;
            return TOperation.Invoke(Unsafe.As<byte, TIn>(ref low));
        }
    }

    /// <summary>A conversion whose byte of a result is stored, extended by its sign, in a 16-bit register.</summary>
    internal struct ToByte<TIn, TOut, TOperation> : ILaneUnary<TIn, ushort>
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperation : struct, ILaneUnary<TIn, TOut>
    {
        public static ushort Invoke(TIn a)
        {
            TOut result = TOperation.Invoke(a);
            return typeof(TOut) == typeof(sbyte) ? (ushort)(short)(sbyte)(object)result : (byte)(object)result;
        }
    }

    /// <summary>A conversion from byte to byte.</summary>
    internal struct Stored<TIn, TOut, TOperation> : ILaneUnary<ushort, ushort>
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperation : struct, ILaneUnary<TIn, TOut>
    {
        public static ushort Invoke(ushort a)
        {
            byte low = (byte)a;
            return ToByte<TIn, TOut, TOperation>.Invoke(Unsafe.As<byte, TIn>(ref low));
        }
    }
}
