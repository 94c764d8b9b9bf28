namespace GptCuda.Engine.Weights;

/// <summary>
/// The one definition of how a weight is rounded to a smaller type, for every backend. Matrices, embeddings among them, are held in
/// the chosen type; biases and LayerNorm's vectors always in f32.
/// </summary>
public static class WeightRounding
{
    /// <summary>The largest finite f16.</summary>
    public const float LargestHalf = 65504;

    /// <summary>
    /// Whether the first index of a matrix counts its outputs: so in embeddings, [rows, C], whose rows are outputs of the logits; the
    /// matrices of the blocks are [in, out]. An int8 scale belongs to one output.
    /// </summary>
    public static bool OutputsAreRows(string name) =>
        name is WeightCatalog.TokenEmbedding or WeightCatalog.PositionEmbedding or WeightCatalog.OutputEmbedding;

    /// <summary>Rounds to the nearest bf16, ties to even; a NaN stays one.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Rounds to the nearest f16, ties to even; infinities and NaN stay what they are.</summary>
    /// <exception cref="OverflowException">A finite value rounds to more than <see cref="LargestHalf"/>.</exception>
    public static ushort ToHalf(float value)
    {
        var half = (Half)value;
        if (Half.IsInfinity(half) && float.IsFinite(value))
            throw new OverflowException($"{value} is beyond f16's largest number, {LargestHalf}");
        return BitConverter.HalfToUInt16Bits(half);
    }

    /// <summary>
    /// The scale of an int8 row from the largest magnitude in it: that divided by 127. A row of zeros has the scale 0; a row with an
    /// infinity or a NaN has the scale NaN, so that whatever it touches shows it.
    /// </summary>
    public static float Int8Scale(float largestMagnitude) => float.IsFinite(largestMagnitude) ? largestMagnitude / 127 : float.NaN;

    /// <summary>round-half-to-even(value / scale), from -127 to 127; 0 where the scale is 0 or NaN.</summary>
    public static sbyte ToInt8(float value, float scale) =>
        scale > 0 ? (sbyte)Math.Clamp(MathF.Round(value / scale, MidpointRounding.ToEven), -127, 127) : (sbyte)0;

    /// <summary>The greater of a maximum so far and a magnitude, a NaN being greater than any number.</summary>
    public static float Largest(float maximum, float value) => MathF.Max(maximum, MathF.Abs(value));
}
