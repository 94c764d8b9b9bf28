namespace GptCuda.Engine.Comparison;

/// <summary>Two greedy continuations of the same prompt, each to its end or to the first token that differs.</summary>
/// <param name="First">The first side's token ids.</param>
/// <param name="Second">The second side's token ids.</param>
/// <param name="Divergence">Where they part; null where they do not.</param>
public sealed record GreedyComparison(IReadOnlyList<int> First, IReadOnlyList<int> Second, GreedyDivergence? Divergence)
{
    /// <summary>Tokens that are the same.</summary>
    public int Same => Divergence?.Index ?? First.Count;

    /// <summary>Continues a prompt on both sides.</summary>
    /// <param name="first">One side.</param>
    /// <param name="second">The other.</param>
    /// <param name="prompt">Ids, at least one.</param>
    /// <param name="count">Tokens wanted; together with the prompt no more than the context length.</param>
    /// <param name="tolerance">How far logits may be apart, as a share of the largest magnitude.</param>
    /// <exception cref="InvalidDataException">A logit is no number; the message says where.</exception>
    public static GreedyComparison Run(IComparedModel first, IComparedModel second, ReadOnlySpan<int> prompt, int count, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        // The reference recomputes everything for a token, and judges a whole continuation at the price of one.
        bool firstLeads = first.Computation.Kind != ComputationKind.Reference;
        int[] leader = (firstLeads ? first : second).Greedy(prompt, count, []);
        int[] follower = (firstLeads ? second : first).Greedy(prompt, count, leader);
        int same = leader.AsSpan().CommonPrefixLength(follower);
        if (same == leader.Length)
            return new(leader, follower, null);

        (int leaders, int followers) = (leader[same], follower[same]);
        int[] before = [.. prompt, .. leader[..same]], upTo = leader[..(same + 1)];
        float[] firstLogits = first.LastLogits(before), secondLogits = second.LastLogits(before);
        (int firstToken, int secondToken) = firstLeads ? (leaders, followers) : (followers, leaders);
        var divergence = new GreedyDivergence(
            same,
            GreedyChoice.Of(firstLogits, firstToken, secondToken),
            GreedyChoice.Of(secondLogits, secondToken, firstToken),
            2 * tolerance * secondLogits.Max(MathF.Abs));
        return firstLeads ? new(upTo, follower, divergence) : new(follower, upTo, divergence);
    }
}
