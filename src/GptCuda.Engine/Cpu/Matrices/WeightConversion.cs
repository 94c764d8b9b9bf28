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
            default:
                for (int i = 0; i < values.Length; i++)
                    ((ushort*)destination)[i] = WeightRounding.ToHalf(values[i]);
                break;
        }
    }

    /// <summary>Converts to int8, each number with the scale of its own output; 0 where that is 0 or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToInt8(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, sbyte* destination)
    {
        for (int i = 0; i < values.Length; i++)
            destination[i] = WeightRounding.ToInt8(values[i], scales[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToBFloat16(ReadOnlySpan<float> values, ushort* destination)
    {
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = new Vector<float>(values[i..]);
            var high = new Vector<float>(values[(i + Vector<float>.Count)..]);
            Vector.Narrow(Round(low), Round(high)).Store(destination + i);
        }

        for (; i < values.Length; i++)
            destination[i] = WeightRounding.ToBFloat16(values[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> value)
    {
        Vector<uint> bits = value.As<float, uint>(), upper = bits >> 16;
        Vector<uint> rounded = (bits + Vector.Create(0x7FFFu) + (upper & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(Vector.Equals(value, value).As<int, uint>(), rounded, upper | Vector.Create(0x40u));
    }
}
