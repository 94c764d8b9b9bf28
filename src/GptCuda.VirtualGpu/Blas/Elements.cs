using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>Elements of matrices to f32 and back; all roundings are to nearest even unless said otherwise.</summary>
internal static unsafe class Elements
{
    private const uint Sign = 0x80000000, Infinity = 0x7f800000;

    // 2^112: what the exponent of a binary16 lacks when its bits are put where a binary32 has them.
    private const float HalfScale = 5.192296858534828e33f;

    /// <summary>Widens elements, exactly.</summary>
    /// <param name="source">The elements, aligned to their size.</param>
    /// <param name="type">Their type.</param>
    /// <param name="result">Where they go; its length is how many.</param>
    public static void Widen(byte* source, cudaDataType type, Span<float> result)
    {
        fixed (float* target = result)
        {
            int i = 0, vectors = result.Length - Vector256<float>.Count;
            switch (type)
            {
                case cudaDataType.CUDA_R_32F:
                    new ReadOnlySpan<float>(source, result.Length).CopyTo(result);
                    break;
                case cudaDataType.CUDA_R_16BF:
                    for (; i <= vectors; i += Vector256<float>.Count)
                        (Bits((ushort*)source + i) << 16).AsSingle().Store(target + i);
                    for (; i < result.Length; i++)
                        target[i] = BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[i] << 16);
                    break;
                default:
                    for (; i <= vectors; i += Vector256<float>.Count)
                        WidenHalf(Bits((ushort*)source + i)).Store(target + i);
                    for (; i < result.Length; i++)
                        target[i] = (float)((Half*)source)[i];
                    break;
            }
        }
    }

    /// <summary>Rounds and writes elements.</summary>
    /// <param name="values">The values.</param>
    /// <param name="type">The elements' type.</param>
    /// <param name="target">Where they go, aligned to their size.</param>
    public static void Narrow(ReadOnlySpan<float> values, cudaDataType type, byte* target)
    {
        switch (type)
        {
            case cudaDataType.CUDA_R_32F:
                values.CopyTo(new Span<float>(target, values.Length));
                break;
            case cudaDataType.CUDA_R_16BF:
                for (int i = 0; i < values.Length; i++)
                    ((ushort*)target)[i] = (ushort)(BitConverter.SingleToUInt32Bits(ToBF16(values[i])) >> 16);
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                    ((Half*)target)[i] = (Half)values[i];
                break;
        }
    }

    /// <summary>Rounds values to a type's precision and range.</summary>
    public static void Round(Span<float> values, cudaDataType type) =>
        Round(values, type == cudaDataType.CUDA_R_16BF ? InputRounding.BF16 : InputRounding.F16);

    /// <summary>Rounds values.</summary>
    public static void Round(Span<float> values, InputRounding rounding)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = rounding switch
            {
                InputRounding.TF32 => ToTF32(values[i]),
                InputRounding.BF16 => ToBF16(values[i]),
                InputRounding.F16 => (float)(Half)values[i],
                _ => values[i],
            };
        }
    }

    private static Vector256<uint> Bits(ushort* source) => Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe());

    private static Vector256<float> WidenHalf(Vector256<uint> half)
    {
        Vector256<uint> magnitude = (half & Vector256.Create(0x7fffu)) << 13;
        // Multiplying is exact and brings subnormal numbers to their place; infinity and NaN keep the largest exponent.
        Vector256<uint> finite = (magnitude.AsSingle() * Vector256.Create(HalfScale)).AsUInt32();
        Vector256<uint> special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x0f800000u)) & Vector256.Create(Infinity);
        return (finite | special | ((half & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    private static float ToBF16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint rounded = float.IsNaN(value) ? bits | 0x00400000 : bits + 0x7fff + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(rounded & 0xffff0000);
    }

    /// <summary>Halves go away from zero, as cvt.rna.tf32.f32 does.</summary>
    private static float ToTF32(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & ~Sign) >= Infinity ? value : BitConverter.UInt32BitsToSingle((bits + 0x1000) & 0xffffe000);
    }
}
