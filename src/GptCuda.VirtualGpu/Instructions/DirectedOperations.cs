namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// Single-precision arithmetic rounded towards zero or an infinity. The exact result is a sum of two doubles; rounded to the nearest
/// float, it is then moved to the neighbour where the mode says so.
/// </summary>
internal static class DirectedOperations
{
    internal struct Add<TRounding> : ILaneBinary<float, float, float>
        where TRounding : struct, ConversionOperations.IRounding
    {
        public static float Invoke(float a, float b) => RoundedSum<TRounding>(a, b);
    }

    internal struct Subtract<TRounding> : ILaneBinary<float, float, float>
        where TRounding : struct, ConversionOperations.IRounding
    {
        public static float Invoke(float a, float b) => RoundedSum<TRounding>(a, -b);
    }

    internal struct Multiply<TRounding> : ILaneBinary<float, float, float>
        where TRounding : struct, ConversionOperations.IRounding
    {
        public static float Invoke(float a, float b) => Rounded<TRounding>((double)a * b, 0);
    }

    internal struct FusedMultiplyAdd<TRounding> : ILaneTernary<float, float, float, float>
        where TRounding : struct, ConversionOperations.IRounding
    {
        public static float Invoke(float a, float b, float c) => RoundedSum<TRounding>((double)a * b, c);
    }

    internal struct Flushed<TOperation> : ILaneBinary<float, float, float>
        where TOperation : struct, ILaneBinary<float, float, float>
    {
        public static float Invoke(float a, float b) =>
            FloatOperations.Flush(TOperation.Invoke(FloatOperations.Flush(a), FloatOperations.Flush(b)));
    }

    internal struct FlushedTernary<TOperation> : ILaneTernary<float, float, float, float>
        where TOperation : struct, ILaneTernary<float, float, float, float>
    {
        public static float Invoke(float a, float b, float c) =>
            FloatOperations.Flush(TOperation.Invoke(FloatOperations.Flush(a), FloatOperations.Flush(b), FloatOperations.Flush(c)));
    }

    private static float RoundedSum<TRounding>(double a, double b)
        where TRounding : struct, ConversionOperations.IRounding
    {
        double sum = a + b;
        // An exact zero of unlike signs is +0, but -0 when rounding down (IEEE 754, 6.3).
        if (sum == 0 && a != 0)
            return TRounding.Correction(-1, 0) < 0 ? -0f : 0f;
        if (a == 0 && b == 0 && double.IsNegative(a) != double.IsNegative(b))
            return TRounding.Correction(-1, 0) < 0 ? -0f : 0f;
        double other = sum - a;
        return Rounded<TRounding>(sum, (a - (sum - other)) + (b - other));
    }

    private static float Rounded<TRounding>(double value, double error)
        where TRounding : struct, ConversionOperations.IRounding
    {
        if (!double.IsFinite(value))
            return FloatOperations.Canonical((float)value);
        float nearest = (float)value;
        int side = value.CompareTo((double)nearest);
        if (side == 0)
            side = error.CompareTo(0.0);
        int correction = TRounding.Correction(side, nearest == 0 ? value : nearest);
        return correction == 0 ? nearest : correction < 0 ? MathF.BitDecrement(nearest) : MathF.BitIncrement(nearest);
    }
}
