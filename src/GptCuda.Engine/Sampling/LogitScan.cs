using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GptCuda.Engine.Sampling;

/// <summary>Passes over the logits of a whole vocabulary.</summary>
internal static class LogitScan
{
    /// <summary>The highest logit.</summary>
    /// <exception cref="InvalidDataException">A logit is NaN or plus infinity, or all are minus infinity.</exception>
    public static float Best(ReadOnlySpan<float> logits, int position)
    {
        var infinity = Vector256.Create(float.PositiveInfinity);
        var best = Vector256.Create(float.NegativeInfinity);
        var ordinary = Vector256<float>.AllBitsSet;
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        foreach (var vector in vectors)
        {
            best = Vector256.Max(best, vector);
            ordinary &= Vector256.LessThan(vector, infinity);
        }
        bool valid = ordinary.AsInt32() == Vector256<int>.AllBitsSet;
        float highest = float.NegativeInfinity;
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
            highest = Math.Max(highest, best[lane]);
        foreach (float logit in logits[(vectors.Length * Vector256<float>.Count)..])
        {
            highest = Math.Max(highest, logit);
            valid &= logit < float.PositiveInfinity;
        }
        if (!valid)
            ThrowForFirstInvalid(logits, position);
        if (float.IsNegativeInfinity(highest))
            throw new InvalidDataException($"All {logits.Length} logits at position {position} are minus infinity: no token can be chosen");
        return highest;
    }

    /// <summary>The lowest id that has the highest logit.</summary>
    public static int FirstOf(ReadOnlySpan<float> logits, float highest)
    {
        var wanted = Vector256.Create(highest);
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        for (int i = 0; i < vectors.Length; i++)
        {
            uint equal = Vector256.Equals(vectors[i], wanted).ExtractMostSignificantBits();
            if (equal != 0)
                return i * Vector256<float>.Count + int.TrailingZeroCount((int)equal);
        }
        int token = vectors.Length * Vector256<float>.Count;
        while (logits[token] != highest)
            token++;
        return token;
    }

    private static void ThrowForFirstInvalid(ReadOnlySpan<float> logits, int position)
    {
        int token = 0;
        while (logits[token] < float.PositiveInfinity)
            token++;
        string found = float.IsNaN(logits[token]) ? "NaN" : "infinite";
        throw new InvalidDataException(
            $"The logit of token {token} at position {position} is {found}: a weight of the model is not finite, or its type overflowed");
    }
}
