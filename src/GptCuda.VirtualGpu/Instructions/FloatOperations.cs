using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// Single-precision arithmetic on vectors of lanes, rounded to nearest even. A NaN result is always 0x7fffffff, as the hardware's is
/// (PTX ISA, "Floating-Point Instructions"), whatever payload the host would keep.
/// </summary>
internal static class FloatOperations
{
    /// <summary>The NaN of every single-precision result.</summary>
    public const uint NaNBits = 0x7fffffff;

    /// <summary>Replaces every NaN by <see cref="NaNBits"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Canonical(Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.Equals(value, value), value, Vector256.Create(NaNBits).AsSingle());

    /// <summary>Replaces a NaN by <see cref="NaNBits"/>.</summary>
    public static float Canonical(float value) => float.IsNaN(value) ? BitConverter.UInt32BitsToSingle(NaNBits) : value;

    /// <summary>.ftz: subnormal numbers become zeros of their sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Flush(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> isSmall = Vector256.Equals(bits & Vector256.Create(0x7f800000u), Vector256<uint>.Zero);
        return Vector256.ConditionalSelect(isSmall, bits & Vector256.Create(0x80000000u), bits).AsSingle();
    }

    /// <summary>.ftz: a subnormal number becomes a zero of its sign.</summary>
    public static float Flush(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x7f800000) == 0 ? BitConverter.UInt32BitsToSingle(bits & 0x80000000) : value;
    }

    /// <summary>.sat: clamped to [0, 1]; NaN becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Saturate(Vector256<float> value)
    {
        Vector256<float> clamped = Vector256.ConditionalSelect(
            Vector256.GreaterThan(value, Vector256<float>.One), Vector256<float>.One, value);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(clamped, Vector256<float>.Zero), clamped, Vector256<float>.Zero);
    }

    internal struct Add : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(a + b);
    }

    internal struct Subtract : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(a - b);
    }

    internal struct Multiply : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(a * b);
    }

    internal struct Divide : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(a / b);
    }

    internal struct FusedMultiplyAdd : IVectorTernary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Canonical(Vector256.FusedMultiplyAdd(a, b, c));
    }

    /// <summary>The lesser number: a NaN beside a number loses, -0 is less than +0.</summary>
    internal struct Minimum : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(Vector256.MinNumber(a, b));
    }

    /// <summary>The greater number: a NaN beside a number loses, +0 is greater than -0.</summary>
    internal struct Maximum : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(Vector256.MaxNumber(a, b));
    }

    /// <summary>min.NaN: a NaN wins.</summary>
    internal struct MinimumNaN : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(Vector256.Min(a, b));
    }

    /// <summary>max.NaN: a NaN wins.</summary>
    internal struct MaximumNaN : IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Canonical(Vector256.Max(a, b));
    }

    /// <summary>An operation of three as one of two, twice.</summary>
    internal struct OfThree<TOperation> : IVectorTernary<float>
        where TOperation : struct, IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            TOperation.Invoke(TOperation.Invoke(a, b), c);
    }

    /// <summary>.xorsign.abs: of the magnitudes, with the product's sign.</summary>
    internal struct XorSign<TOperation> : IVectorBinary<float>
        where TOperation : struct, IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b)
        {
            Vector256<float> result = TOperation.Invoke(Vector256.Abs(a), Vector256.Abs(b)), sign = Vector256.Create(-0f);
            return Vector256.ConditionalSelect(Vector256.Equals(result, result), result ^ ((a ^ b) & sign), result);
        }
    }

    internal struct SquareRoot : IVectorUnary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a) => Canonical(Vector256.Sqrt(a));
    }

    internal struct Reciprocal : IVectorUnary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a) => Canonical(Vector256<float>.One / a);
    }

    internal struct Magnitude : IVectorUnary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a) => Canonical(Vector256.Abs(a));
    }

    internal struct Negate : IVectorUnary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a) => Canonical(-a);
    }

    internal struct FlushUnary<TOperation> : IVectorUnary<float>
        where TOperation : struct, IVectorUnary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a) => Flush(TOperation.Invoke(Flush(a)));
    }

    internal struct FlushBinary<TOperation> : IVectorBinary<float>
        where TOperation : struct, IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Flush(TOperation.Invoke(Flush(a), Flush(b)));
    }

    internal struct FlushTernary<TOperation> : IVectorTernary<float>
        where TOperation : struct, IVectorTernary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Flush(TOperation.Invoke(Flush(a), Flush(b), Flush(c)));
    }

    internal struct SaturateBinary<TOperation> : IVectorBinary<float>
        where TOperation : struct, IVectorBinary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Saturate(TOperation.Invoke(a, b));
    }

    internal struct SaturateTernary<TOperation> : IVectorTernary<float>
        where TOperation : struct, IVectorTernary<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Saturate(TOperation.Invoke(a, b, c));
    }

    /// <summary>copysign: the sign of a, the magnitude of b.</summary>
    internal struct CopySign<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b)
        {
            Vector256<T> sign = Unsafe.SizeOf<T>() == 4
                ? Vector256.Create(0x80000000u).As<uint, T>()
                : Vector256.Create(1ul << 63).As<ulong, T>();
            return Vector256.ConditionalSelect(sign, a, b);
        }
    }
}
