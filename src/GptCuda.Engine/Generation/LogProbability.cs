using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Generation;

/// <summary>Log-likelihoods from logits, summed in double.</summary>
internal static class LogProbability
{
    /// <summary>Negative log-likelihood of a token in nats: log of the sum of exp of all logits, less the token's own.</summary>
    /// <param name="logits">[V].</param>
    /// <param name="token">The token.</param>
    /// <param name="position">The token's position in its text, for messages.</param>
    /// <exception cref="InvalidDataException">A logit is NaN or plus infinity, or all are minus infinity.</exception>
    public static double Negative(ReadOnlySpan<float> logits, int token, int position)
    {
        double highest = LogitScan.Best(logits, position);
        return Math.Log(SumOfExponentials(logits, highest)) + highest - logits[token];
    }

    private static double SumOfExponentials(ReadOnlySpan<float> logits, double highest)
    {
        var shift = Vector256.Create(highest);
        var lower = Vector256<double>.Zero;
        var upper = Vector256<double>.Zero;
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        foreach (var vector in vectors)
        {
            lower += Vector256.Exp(Vector256.WidenLower(vector) - shift);
            upper += Vector256.Exp(Vector256.WidenUpper(vector) - shift);
        }
        double sum = Vector256.Sum(lower + upper);
        foreach (float logit in logits[(vectors.Length * Vector256<float>.Count)..])
            sum += Math.Exp(logit - highest);
        return sum;
    }
}
