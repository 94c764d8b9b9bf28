using System.Numerics;
using System.Runtime.CompilerServices;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>Runs of weights to a type, as <see cref="WeightRounding"/> defines it, many at a time.</summary>
internal static unsafe class WeightConversion
{
    /// <summary>Converts to f32, bf16 or f16.</summary>
    /// <exception cref="OverflowException">A finite value is beyond f16.</exception>
    public static void ToType(ElementType type, ReadOnlySpan<float> values, byte* destination)
    {
        switch (type)
        {
            case ElementType.F32:
                values.CopyTo(new Span<float>(destination, values.Length));
                break;
            case ElementType.BF16:
                ToBFloat16(values, (ushort*)destination);
                break;
            case ElementType.F16:
                ToHalf(values, (ushort*)destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "int8 needs scales");
        }
    }

    /// <summary>Converts to int8, each number with the scale of its own output; 0 where that is 0 or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToInt8(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, sbyte* destination)
    {
        int i = 0;
        for (; i <= values.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            Vector<short> low = Vector.Narrow(Quantize(values, scales, i, 0), Quantize(values, scales, i, 1));
            Vector<short> high = Vector.Narrow(Quantize(values, scales, i, 2), Quantize(values, scales, i, 3));
            Vector.Narrow(low, high).Store(destination + i);
        }

        for (; i < values.Length; i++)
            destination[i] = WeightRounding.ToInt8(values[i], scales[i]);
    }

    /// <summary>Raises each maximum to the magnitude of its number; a NaN is greater than any number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RaiseMaxima(ReadOnlySpan<float> values, Span<float> maxima)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Max(new Vector<float>(maxima[i..]), Vector.Abs(new Vector<float>(values[i..]))).CopyTo(maxima[i..]);
        for (; i < values.Length; i++)
            maxima[i] = WeightRounding.Largest(maxima[i], values[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int start, int quarter)
    {
        // Adding and taking away 1.5 * 2^23 rounds to an integer, ties to even; quotients beyond 127 by a rounding are cut.
        Vector<float> shift = Vector.Create(12582912f), scale = new(scales[(start + (quarter * Vector<float>.Count))..]);
        Vector<float> quotient = new Vector<float>(values[(start + (quarter * Vector<float>.Count))..]) / scale;
        Vector<float> rounded = Vector.Clamp(quotient + shift - shift, Vector.Create(-127f), Vector.Create(127f));
        return Vector.ConvertToInt32(Vector.ConditionalSelect(Vector.GreaterThan(scale, Vector<float>.Zero), rounded, Vector<float>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToBFloat16(ReadOnlySpan<float> values, ushort* destination)
    {
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = new Vector<float>(values[i..]);
            var high = new Vector<float>(values[(i + Vector<float>.Count)..]);
            Vector.Narrow(RoundToBFloat16(low), RoundToBFloat16(high)).Store(destination + i);
        }

        for (; i < values.Length; i++)
            destination[i] = WeightRounding.ToBFloat16(values[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> RoundToBFloat16(Vector<float> value)
    {
        Vector<uint> bits = value.As<float, uint>(), upper = bits >> 16;
        Vector<uint> rounded = (bits + Vector.Create(0x7FFFu) + (upper & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(Vector.Equals(value, value).As<int, uint>(), rounded, upper | Vector.Create(0x40u));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToHalf(ReadOnlySpan<float> values, ushort* destination)
    {
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = new Vector<float>(values[i..]);
            var high = new Vector<float>(values[(i + Vector<float>.Count)..]);
            if (!IsOrdinaryHalf(low) || !IsOrdinaryHalf(high))
            {
                for (int j = i; j < i + Vector<ushort>.Count; j++)
                    destination[j] = WeightRounding.ToHalf(values[j]);
                continue;
            }

            Vector.Narrow(RoundToHalf(low), RoundToHalf(high)).Store(destination + i);
        }

        for (; i < values.Length; i++)
            destination[i] = WeightRounding.ToHalf(values[i]);
    }

    /// <summary>Whether all numbers are finite and in range, so that no special case applies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinaryHalf(Vector<float> value) =>
        Vector.LessThanOrEqualAll(Vector.Abs(value), Vector.Create(WeightRounding.LargestHalf));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> RoundToHalf(Vector<float> value)
    {
        // Below 2^-14 halves are multiples of 2^-24, the last place of a sum with 0.5, so that the addition rounds. Above it, 13 bits
        // are rounded off and the exponent's bias is changed from 127 to 15.
        Vector<uint> sign = (value.As<float, uint>() >> 16) & Vector.Create(0x8000u);
        Vector<float> magnitude = Vector.Abs(value), half = Vector.Create(0.5f);
        Vector<uint> bits = magnitude.As<float, uint>();
        Vector<uint> small = (magnitude + half).As<float, uint>() - half.As<float, uint>();
        Vector<uint> normal = (bits - Vector.Create((112u << 23) - 0xFFF) + ((bits >> 13) & Vector<uint>.One)) >> 13;
        Vector<uint> isSmall = Vector.LessThan(magnitude, Vector.Create(6.103515625e-5f)).As<int, uint>();
        return sign | Vector.ConditionalSelect(isSmall, small, normal);
    }
}
