using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GptCuda.Engine.Weights;

/// <summary>Stored numbers to f32, each exactly: every bf16 and f16 value is an f32 value.</summary>
internal static class ElementConversion
{
    /// <summary>Bytes of one stored element.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.F32 => 4,
        ElementType.BF16 or ElementType.F16 => 2,
        ElementType.Int8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };

    /// <summary>Converts little-endian elements at any alignment; a NaN stays a NaN with its payload.</summary>
    /// <param name="stored">destination.Length elements of <paramref name="type"/>.</param>
    /// <param name="type">F32, BF16 or F16.</param>
    /// <param name="destination">Receives the values.</param>
    /// <exception cref="ArgumentException">
    /// The spans do not hold the same number of elements, or the type is Int8, which has scales.
    /// </exception>
    public static void ToSingle(ReadOnlySpan<byte> stored, ElementType type, Span<float> destination)
    {
        if (stored.Length != (long)destination.Length * SizeOf(type))
            throw new ArgumentException($"{stored.Length} bytes of {type} are not {destination.Length} elements");
        switch (type)
        {
            case ElementType.F32:
                stored.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.BF16:
                BFloat16ToSingle(stored, destination);
                break;
            case ElementType.F16:
                HalfToSingle(stored, destination);
                break;
            default:
                throw new ArgumentException($"{type} has no value without its scales");
        }
    }

    private static void BFloat16ToSingle(ReadOnlySpan<byte> stored, Span<float> destination)
    {
        ref byte source = ref MemoryMarshal.GetReference(stored);
        ref float target = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Widen(Unsafe.ReadUnaligned<Vector<ushort>>(ref Unsafe.Add(ref source, 2 * i)), out var low, out var high);
                (low << 16).As<uint, float>().StoreUnsafe(ref target, (nuint)i);
                (high << 16).As<uint, float>().StoreUnsafe(ref target, (nuint)(i + Vector<float>.Count));
            }
        }

        for (; i < destination.Length; i++)
            destination[i] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref source, 2 * i)) << 16);
    }

    private static void HalfToSingle(ReadOnlySpan<byte> stored, Span<float> destination)
    {
        ref byte source = ref MemoryMarshal.GetReference(stored);
        ref float target = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Widen(Unsafe.ReadUnaligned<Vector<ushort>>(ref Unsafe.Add(ref source, 2 * i)), out var low, out var high);
                HalfBitsToSingle(low).StoreUnsafe(ref target, (nuint)i);
                HalfBitsToSingle(high).StoreUnsafe(ref target, (nuint)(i + Vector<float>.Count));
            }
        }

        for (; i < destination.Length; i++)
            destination[i] = (float)Unsafe.ReadUnaligned<Half>(ref Unsafe.Add(ref source, 2 * i));
    }

    /// <summary>
    /// The exponent moves up by 127 - 15; infinities and NaNs move again to the top of the range. Subnormals become
    /// 2^-14 plus themselves and lose the 2^-14 by a subtraction, which is exact and never meets a subnormal f32.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> HalfBitsToSingle(Vector<uint> half)
    {
        Vector<uint> exponentMask = Vector.Create(0x7C00u << 13), rebias = Vector.Create(112u << 23);
        Vector<uint> sign = (half & Vector.Create(0x8000u)) << 16;
        Vector<uint> bits = (half & Vector.Create(0x7FFFu)) << 13;
        Vector<uint> exponent = bits & exponentMask;
        Vector<uint> value = bits + rebias + (Vector.Equals(exponent, exponentMask) & rebias);
        Vector<float> subnormal = (value + Vector.Create(1u << 23)).As<uint, float>() - Vector.Create(113u << 23).As<uint, float>();
        value = Vector.ConditionalSelect(Vector.Equals(exponent, Vector<uint>.Zero), subnormal.As<float, uint>(), value);
        return (value | sign).As<uint, float>();
    }
}
