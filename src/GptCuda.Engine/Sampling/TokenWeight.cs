namespace GptCuda.Engine.Sampling;

/// <summary>
/// A token's share of the probability as an unsigned fixed-point number: floor(2^t x 2^40) for t at or below 0, where 2^t is the
/// f32 that one polynomial gives. Sums of such numbers are exact in any order, so a CPU and a GPU that add differently agree.
/// </summary>
/// <remarks>
/// Only f32 additions and fused multiply-adds, rounded to nearest even, and integer shifts: every machine gives the same bits. A
/// denormal t changes nothing, flushed or not: it drowns in the constants that it is added to.
/// </remarks>
public static class TokenWeight
{
    /// <summary>The weight of the likeliest token, 2^40.</summary>
    public const ulong One = 1UL << FractionBits;

    /// <summary>Binary places of a weight.</summary>
    public const int FractionBits = 40;

    // Below this every weight is 0, and the shift below stays in range.
    private const float Floor = -64;

    // 1.5 x 2^23: adding it leaves the nearest integer, ties to even, in the low bits of the mantissa.
    private const float RoundingMagic = 12582912;

    // 2^f on [-1/2, 1/2] within 2e-7 (S. L. Moshier, Cephes, exp2f); each has one f32 nearest to it.
    private const float C6 = 1.53533619e-4f;
    private const float C5 = 1.33988744e-3f;
    private const float C4 = 9.61843736e-3f;
    private const float C3 = 5.55033247e-2f;
    private const float C2 = 2.40226479e-1f;
    private const float C1 = 6.93147203e-1f;

    /// <summary>
    /// The factor that turns a difference of logits into t: log2(e) / temperature, computed in double, rounded to f32, at most the
    /// largest finite f32.
    /// </summary>
    public static float Scale(float temperature) => (float)Math.Min(1.4426950408889634 / temperature, float.MaxValue);

    /// <summary>The weight of a token.</summary>
    /// <param name="t">
    /// (logit - best logit) x <see cref="Scale"/>, each operation rounded to f32; at most 0, minus infinity included.
    /// </param>
    /// <remarks>
    /// In this order: t = max(t, -64); r = t + 12582912; n = (bits of r) - (bits of 12582912), an integer; f = t - (r - 12582912),
    /// exact; p = C6; p = fma(p, f, C5) and so on down to C1; p = fma(p, f, 1). With m the 24 significant bits of p and e its
    /// exponent (0 or -1), the weight is m shifted left by 17 + e + n, or right where that is negative, and 0 where it is below -24.
    /// </remarks>
    public static ulong Of(float t)
    {
        t = Math.Max(t, Floor);
        float rounded = t + RoundingMagic;
        int n = BitConverter.SingleToInt32Bits(rounded) - BitConverter.SingleToInt32Bits(RoundingMagic);
        float f = t - (rounded - RoundingMagic);
        float p = C6;
        p = MathF.FusedMultiplyAdd(p, f, C5);
        p = MathF.FusedMultiplyAdd(p, f, C4);
        p = MathF.FusedMultiplyAdd(p, f, C3);
        p = MathF.FusedMultiplyAdd(p, f, C2);
        p = MathF.FusedMultiplyAdd(p, f, C1);
        p = MathF.FusedMultiplyAdd(p, f, 1);
        int bits = BitConverter.SingleToInt32Bits(p);
        ulong significand = (uint)(bits & 0x7FFFFF | 0x800000);
        int shift = (bits >> 23) - 127 + n + (FractionBits - 23);
        return shift >= 0 ? significand << shift : shift >= -24 ? significand >> -shift : 0;
    }
}
