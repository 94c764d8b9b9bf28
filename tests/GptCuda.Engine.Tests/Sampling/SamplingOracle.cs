using System.Numerics;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Sampling;

/// <summary>The sampler's definition done the plain way: everything sorted, sums in integers of any size.</summary>
internal static class SamplingOracle
{
    /// <summary>Tokens with their weights, best first; weights of 0 included.</summary>
    public static List<(int Token, BigInteger Weight)> Kept(float[] logits, SamplingOptions options, IReadOnlyCollection<int> seen)
    {
        float[] x = [.. logits];
        foreach (int token in seen.Distinct())
            x[token] = x[token] > 0 ? x[token] / options.RepetitionPenalty : x[token] * options.RepetitionPenalty;
        // OrderByDescending is stable, so equal logits stay in the order of their ids.
        int[] order = [.. Enumerable.Range(0, x.Length).OrderByDescending(token => x[token] + 0f)];
        if (options.TopK > 0 && options.TopK < x.Length)
            order = [.. order.Where(token => x[token] >= x[order[options.TopK - 1]])];

        float scale = (float)Math.Min(Math.Log2(Math.E) / options.Temperature, float.MaxValue);
        var kept = order.Select(token => (Token: token, Weight: (BigInteger)TokenWeight.Of((x[token] - x[order[0]]) * scale))).ToList();
        if (options.TopP < 1)
            kept = TopP(kept, options);
        return [.. kept.Where(entry => entry.Weight >= new BigInteger((double)options.MinP * Math.Pow(2, 40)))];
    }

    public static int Draw(List<(int Token, BigInteger Weight)> kept, ulong random)
    {
        var target = (BigInteger)random * Sum(kept) >> 64;
        BigInteger sum = 0;
        return kept.First(entry => (sum += entry.Weight) > target).Token;
    }

    public static BigInteger Sum(IEnumerable<(int Token, BigInteger Weight)> entries) =>
        entries.Aggregate(BigInteger.Zero, (sum, entry) => sum + entry.Weight);

    private static List<(int Token, BigInteger Weight)> TopP(List<(int Token, BigInteger Weight)> entries, SamplingOptions options)
    {
        // Everything times 2^32, so that the share is an integer.
        var bound = Sum(entries) * new BigInteger(Math.Round(options.TopP * Math.Pow(2, 32)));
        var kept = new List<(int, BigInteger)>();
        BigInteger before = 0;
        foreach (var entry in entries)
        {
            BigInteger including = before + entry.Weight;
            bool keep = options.TopPRule == TopPRule.HuggingFace ? before << 32 < bound : including << 32 <= bound;
            if (!keep && kept.Count > 0)
                break;
            kept.Add(entry);
            before = including;
        }
        return kept;
    }
}
