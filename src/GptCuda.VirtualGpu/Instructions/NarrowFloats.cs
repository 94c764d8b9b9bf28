namespace GptCuda.VirtualGpu.Instructions;

/// <summary>f16 and bf16 as bits: conversions and roundings, with the hardware's NaN, 0x7fff.</summary>
internal static class NarrowFloats
{
    /// <summary>The NaN of every f16 and bf16 result.</summary>
    public const ushort NaNBits = 0x7fff;

    /// <summary>An f16 as f32, exact.</summary>
    public static float FromHalf(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>A bf16 as f32, exact.</summary>
    public static float FromBFloat(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>f32 rounded to the nearest f16, ties to even.</summary>
    public static ushort ToHalf(float value) => float.IsNaN(value) ? NaNBits : BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>f64 rounded once to the nearest f16, ties to even.</summary>
    public static ushort ToHalf(double value) => double.IsNaN(value) ? NaNBits : BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>f32 rounded to the nearest bf16, ties to even.</summary>
    public static ushort ToBFloat(float value)
    {
        if (float.IsNaN(value))
            return NaNBits;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>f32 towards zero to bf16.</summary>
    public static ushort ToBFloatTowardsZero(float value) =>
        float.IsNaN(value) ? NaNBits : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    /// <summary>f32 towards zero to f16; what is too large becomes the largest finite number.</summary>
    public static ushort ToHalfTowardsZero(float value)
    {
        ushort nearest = ToHalf(value);
        if (nearest == NaNBits || float.IsInfinity(value))
            return nearest;
        float back = FromHalf(nearest);
        return MathF.Abs(back) > MathF.Abs(value) ? (ushort)(nearest - 1) : nearest;
    }

    /// <summary>
    /// The sum in double precision, rounded to odd: a second rounding, to any format at least two bits narrower, is then as if the
    /// exact sum had been rounded once (Boldo and Melquiond, 2008).
    /// </summary>
    public static double SumToOdd(double a, double b)
    {
        double sum = a + b;
        double other = sum - a;
        double error = (a - (sum - other)) + (b - other);
        if (error == 0 || !double.IsFinite(sum))
            return sum;
        long bits = BitConverter.DoubleToInt64Bits(sum);
        if ((bits & 1) != 0)
            return sum;
        // The exact sum lies between this even number and the neighbour on the error's side, which is odd.
        bool away = (error > 0) == (sum > 0);
        return BitConverter.Int64BitsToDouble(away ? bits + 1 : bits - 1);
    }

    /// <summary>f64 rounded to f32 towards odd, for a further rounding to bf16.</summary>
    public static float ToSingleOdd(double value)
    {
        float nearest = (float)value;
        if (nearest == value || !float.IsFinite(nearest))
            return nearest;
        uint bits = BitConverter.SingleToUInt32Bits(nearest);
        if ((bits & 1) != 0)
            return nearest;
        bool away = Math.Abs(value) > Math.Abs((double)nearest);
        return BitConverter.UInt32BitsToSingle(away ? bits + 1 : bits - 1);
    }
}
