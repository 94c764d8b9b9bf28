namespace GptCuda.Engine.Sampling;

/// <summary>
/// The order of tokens as one integer: ascending in it is descending in the logit, and ascending in the id among equal logits.
/// </summary>
internal static class TokenOrder
{
    /// <summary>The place of a token in the order.</summary>
    public static ulong Of(float logit, int token)
    {
        // Adding zero makes -0 into +0, so that logits which compare equal have equal bits. Then the sign bit is flipped for what
        // is negative and all others for what is positive, which maps floats, from the highest down, to ascending integers.
        uint bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        uint descending = (bits & 0x80000000) != 0 ? bits : ~bits & 0x7FFFFFFF;
        return (ulong)descending << 32 | (uint)token;
    }

    /// <summary>The token at a place.</summary>
    public static int Token(ulong order) => (int)(uint)order;

    /// <summary>The logit at a place, never -0.</summary>
    public static float Logit(ulong order)
    {
        uint descending = (uint)(order >> 32);
        return BitConverter.UInt32BitsToSingle((descending & 0x80000000) != 0 ? descending : ~descending & 0x7FFFFFFF);
    }

    /// <summary>The last place that a token of this place's logit can have.</summary>
    public static ulong LastOfSameLogit(ulong order) => order | uint.MaxValue;
}
