namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// The approximate functions. Each result is moved from the exact one by the largest error that the PTX ISA documents, up or down by
/// the input's bits: a program that leans on an accuracy that the hardware does not promise shows it here. Zeros, infinities and NaN
/// are as the ISA's tables have them.
/// </summary>
internal static class ApproximateOperations
{
    // A result still has to be rounded to f32, which takes up to 2^-24 of the allowance.
    private const double Rounding = 1.0 / (1 << 24);
    private const double Bound22 = 1.0 / (1 << 22);

    /// <summary>ex2.approx.f32: 2^-22 relative.</summary>
    internal struct Exponential : ILaneUnary<float, float>
    {
        public static float Invoke(float a)
        {
            if (float.IsNaN(a))
                return FloatOperations.Canonical(a);
            if (a == 0 || float.IsInfinity(a))
                return a == 0 ? 1 : a > 0 ? a : 0;
            return Relative(a, Exp2(a), Bound22);
        }
    }

    /// <summary>lg2.approx.f32: 2^-22 absolute between 0.5 and 2, 2^-22 relative elsewhere.</summary>
    internal struct Logarithm : ILaneUnary<float, float>
    {
        public static float Invoke(float a)
        {
            if (a == 0)
                return float.NegativeInfinity;
            if (!(a > 0) || float.IsInfinity(a))
                return FloatOperations.Canonical(a > 0 ? a : float.NaN);
            double exact = Math.Log2(a);
            return a is > 0.5f and < 2
                ? (float)(exact + Direction(a) * (Bound22 - Math.Abs(exact) * Rounding))
                : Relative(a, exact, Bound22);
        }
    }

    /// <summary>rcp.approx.f32: 2^-23 relative.</summary>
    internal struct Reciprocal : ILaneUnary<float, float>
    {
        public static float Invoke(float a) =>
            a == 0 || !float.IsFinite(a) ? FloatOperations.Canonical(1 / a) : Relative(a, 1.0 / a, Bound22 / 2);
    }

    /// <summary>sqrt.approx.f32: 2^-23 relative.</summary>
    internal struct SquareRoot : ILaneUnary<float, float>
    {
        public static float Invoke(float a) =>
            a > 0 && float.IsFinite(a) ? Relative(a, Math.Sqrt(a), Bound22 / 2) : FloatOperations.Canonical(MathF.Sqrt(a));
    }

    /// <summary>rsqrt.approx.f32: 2^-22.9 relative.</summary>
    internal struct ReciprocalRoot : ILaneUnary<float, float>
    {
        private static readonly double Bound = Math.Pow(2, -22.9);

        public static float Invoke(float a)
        {
            if (a == 0)
                return float.IsNegative(a) ? float.NegativeInfinity : float.PositiveInfinity;
            if (!(a > 0) || float.IsInfinity(a))
                return a > 0 ? 0 : FloatOperations.Canonical(float.NaN);
            return Relative(a, 1 / Math.Sqrt(a), Bound);
        }
    }

    /// <summary>sin.approx.f32: 2^-20.5 absolute in [-2 pi, 2 pi], 2^-14.7 beyond.</summary>
    internal struct Sine : ILaneUnary<float, float>
    {
        public static float Invoke(float a) =>
            !float.IsFinite(a) ? FloatOperations.Canonical(float.NaN) : a == 0 ? a : Absolute(a, Math.Sin(a));
    }

    /// <summary>cos.approx.f32: 2^-20.5 absolute in [-2 pi, 2 pi], 2^-14.7 beyond.</summary>
    internal struct Cosine : ILaneUnary<float, float>
    {
        public static float Invoke(float a) =>
            !float.IsFinite(a) ? FloatOperations.Canonical(float.NaN) : a == 0 ? 1 : Absolute(a, Math.Cos(a));
    }

    /// <summary>tanh.approx.f32: 2^-11 relative.</summary>
    internal struct HyperbolicTangent : ILaneUnary<float, float>
    {
        public static float Invoke(float a)
        {
            if (float.IsNaN(a))
                return FloatOperations.Canonical(a);
            if (a == 0 || float.IsInfinity(a))
                return a == 0 ? a : float.Sign(a);
            return Math.Clamp(Relative(a, Math.Tanh(a), 1.0 / 2048), -1, 1);
        }
    }

    /// <summary>div.full.f32 and div.approx.f32: 2 ulp; div.approx gives 0 for divisors beyond 2^126, as the ISA allows.</summary>
    internal struct DivideFull : ILaneBinary<float, float, float>
    {
        public static float Invoke(float a, float b)
        {
            float exact = FloatOperations.Canonical(a / b);
            if (exact == 0 || !float.IsFinite(exact) || !float.IsNormal(exact))
                return exact;
            bool up = Direction(
                BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(a) * 31 + BitConverter.SingleToUInt32Bits(b))) > 0;
            // A correctly rounded quotient is within half a unit, so one more unit stays within the two that are allowed.
            if (ErrorScale == 0)
                return exact;
            float moved = up ? MathF.BitIncrement(exact) : MathF.BitDecrement(exact);
            return float.IsNormal(moved) ? moved : exact;
        }
    }

    /// <summary>
    /// div.approx.f32: as <see cref="DivideFull"/> for divisors of 2^-126 to 2^126; beyond, 0 even where the quotient would not be.
    /// </summary>
    internal struct DivideApproximate : ILaneBinary<float, float, float>
    {
        public static float Invoke(float a, float b)
        {
            if (MathF.Abs(b) > 8.507059e37f && float.IsFinite(b))
            {
                bool negative = float.IsNegative(a) != float.IsNegative(b);
                return float.IsFinite(a) ? (negative ? -0f : 0f) : FloatOperations.Canonical(float.NaN);
            }
            return DivideFull.Invoke(a, b);
        }
    }

    internal struct Flushed<TOperation> : ILaneUnary<float, float>
        where TOperation : struct, ILaneUnary<float, float>
    {
        public static float Invoke(float a) => FloatOperations.Flush(TOperation.Invoke(FloatOperations.Flush(a)));
    }

    internal struct FlushedBinary<TOperation> : ILaneBinary<float, float, float>
        where TOperation : struct, ILaneBinary<float, float, float>
    {
        public static float Invoke(float a, float b) =>
            FloatOperations.Flush(TOperation.Invoke(FloatOperations.Flush(a), FloatOperations.Flush(b)));
    }

    /// <summary>2^a to 10^-11 relative: far below what is added, and several times as fast as the library's power.</summary>
    private static double Exp2(float a)
    {
        if (a is > 200 or < -200)
            return a > 0 ? double.PositiveInfinity : 0;
        double whole = Math.Round(a), x = (a - whole) * 0.693147180559945309;
        double sum = 1.0 / 3628800;
        for (int term = 9; term >= 0; term--)
            sum = sum * x + Factorials[term];
        return sum * BitConverter.Int64BitsToDouble((long)(whole + 1023) << 52);
    }

    private static readonly double[] Factorials =
        [1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880];

    /// <summary>+1 or -1 by the input's bits; 0 when GPTCUDA_VIRTUAL_APPROXIMATION=exact asks for results without error.</summary>
    private static double Direction(float input)
    {
        uint hash = BitConverter.SingleToUInt32Bits(input) * 0x9E3779B1;
        return (hash >> 16 & 1) != 0 ? ErrorScale : -ErrorScale;
    }

    private static readonly double ErrorScale =
        Environment.GetEnvironmentVariable("GPTCUDA_VIRTUAL_APPROXIMATION") == "exact" ? 0 : 1;

    private static float Relative(float input, double exact, double bound)
    {
        float rounded = (float)exact;
        return float.IsNormal(rounded) ? (float)(exact * (1 + Direction(input) * (bound - Rounding))) : rounded;
    }

    private static float Absolute(float input, double exact)
    {
        double bound = Math.Abs(input) <= 2 * Math.PI ? Math.Pow(2, -20.5) : Math.Pow(2, -14.7);
        return (float)(exact + Direction(input) * (bound - Math.Abs(exact) * Rounding));
    }
}
