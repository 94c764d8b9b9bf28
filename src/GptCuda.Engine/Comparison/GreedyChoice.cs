namespace GptCuda.Engine.Comparison;

/// <summary>The token that one side chose where the texts part.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Logit">Its logit.</param>
/// <param name="Margin">The gap between this side's highest logit and its second.</param>
/// <param name="Lead">Its logit less that of the token that the other side chose.</param>
public sealed record GreedyChoice(int Token, float Logit, double Margin, double Lead)
{
    /// <summary>The choice among logits.</summary>
    /// <param name="logits">This side's, [V].</param>
    /// <param name="token">What it chose.</param>
    /// <param name="othersToken">What the other side chose.</param>
    internal static GreedyChoice Of(ReadOnlySpan<float> logits, int token, int othersToken)
    {
        float highest = float.NegativeInfinity, second = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            if (logit > highest)
                (highest, second) = (logit, highest);
            else
                second = MathF.Max(second, logit);
        }
        return new(token, logits[token], highest - second, logits[token] - logits[othersToken]);
    }
}
