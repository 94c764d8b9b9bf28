using System.Numerics;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Rounds rational numbers exactly, digit by digit in arbitrary precision: the oracle of everything that rounds.</summary>
internal static class ExactRounding
{
    /// <summary>
    /// numerator / denominator as a float of <paramref name="digits"/> digits whose smallest step is 2^<paramref name="lowest"/>.
    /// </summary>
    public static double Round(BigInteger numerator, BigInteger denominator, int digits, int lowest, string mode)
    {
        if (numerator.IsZero)
            return 0;
        bool negative = numerator.Sign < 0;
        BigInteger size = BigInteger.Abs(numerator);
        // The exponent of the last digit: the quotient has `digits` digits, or fewer when it is subnormal.
        int step = (int)(size.GetBitLength() - denominator.GetBitLength()) - digits - 1;
        while (Quotient(size, denominator, step) >> digits != 0)
            step++;
        step = Math.Max(step, lowest);
        BigInteger quotient = Quotient(size, denominator, step);
        BigInteger rest = step >= 0 ? size - quotient * (denominator << step) : (size << -step) - quotient * denominator;
        BigInteger unit = step >= 0 ? denominator << step : denominator;
        bool up = mode switch
        {
            "rn" => (rest * 2).CompareTo(unit) is var side && (side > 0 || (side == 0 && !quotient.IsEven)),
            "rz" => false,
            "rm" => negative && !rest.IsZero,
            _ => !negative && !rest.IsZero,
        };
        double value = Math.ScaleB((double)(quotient + (up ? 1 : 0)), step);
        return negative ? -value : value;
    }

    /// <summary>The nearest f16's bits.</summary>
    public static ushort Half(BigInteger numerator, BigInteger denominator) =>
        Encode(Round(numerator, denominator, 11, -24, "rn"), 65520, 10, 15, negativeZero: false);

    /// <summary>The nearest bf16's bits.</summary>
    public static ushort BFloat(BigInteger numerator, BigInteger denominator) =>
        Encode(Round(numerator, denominator, 8, -133, "rn"), 3.3961775292304957e38, 7, 127, negativeZero: false);

    /// <summary>The nearest f16's bits.</summary>
    public static ushort Half(double value) =>
        Special(value, 0x7c00) ?? Encode(Rational(value, 11, -24), 65520, 10, 15, double.IsNegative(value));

    /// <summary>The nearest bf16's bits.</summary>
    public static ushort BFloat(double value) =>
        Special(value, 0x7f80) ?? Encode(Rational(value, 8, -133), 3.3961775292304957e38, 7, 127, double.IsNegative(value));

    /// <summary>An f16's value; NaN is NaN.</summary>
    public static double FromHalf(ushort bits) => Decode(bits, 10, 15);

    /// <summary>A bf16's value; NaN is NaN.</summary>
    public static double FromBFloat(ushort bits) => Decode(bits, 7, 127);

    /// <summary>A finite double as a fraction.</summary>
    public static (BigInteger Numerator, BigInteger Denominator) Fraction(double value)
    {
        int exponent = value == 0 ? 0 : Math.ILogB(value) - 52;
        exponent = Math.Max(exponent, -1074);
        var scaled = new BigInteger(Math.ScaleB(value, -exponent));
        return exponent >= 0 ? (scaled << exponent, 1) : (scaled, BigInteger.One << -exponent);
    }

    private static BigInteger Quotient(BigInteger size, BigInteger denominator, int step) =>
        step >= 0 ? size / (denominator << step) : (size << -step) / denominator;

    private static double Rational(double value, int digits, int lowest)
    {
        (BigInteger numerator, BigInteger denominator) = Fraction(value);
        return Round(numerator, denominator, digits, lowest, "rn");
    }

    private static ushort? Special(double value, ushort infinity) =>
        double.IsNaN(value) ? (ushort)0x7fff : double.IsInfinity(value) ? (ushort)(infinity | (value < 0 ? 0x8000 : 0)) : null;

    private static ushort Encode(double value, double overflow, int fraction, int bias, bool negativeZero)
    {
        int sign = value < 0 || (value == 0 && negativeZero) ? 0x8000 : 0;
        value = Math.Abs(value);
        if (value >= overflow)
            return (ushort)(sign | (bias * 2 + 1) << fraction);
        int exponent = value == 0 ? -bias : Math.Max(Math.ILogB(value), -bias);
        if (exponent <= -bias)
            return (ushort)(sign | (int)Math.ScaleB(value, bias - 1 + fraction));
        return (ushort)(sign | (exponent + bias) << fraction | ((int)Math.ScaleB(value, fraction - exponent) & ((1 << fraction) - 1)));
    }

    private static double Decode(ushort bits, int fraction, int bias)
    {
        int exponent = (bits & 0x7fff) >> fraction, digits = bits & ((1 << fraction) - 1);
        double size = exponent == bias * 2 + 1 ? digits == 0 ? double.PositiveInfinity : double.NaN
            : exponent == 0 ? Math.ScaleB(digits, 1 - bias - fraction) : Math.ScaleB(digits | 1 << fraction, exponent - bias - fraction);
        return (bits & 0x8000) != 0 ? -size : size;
    }
}
