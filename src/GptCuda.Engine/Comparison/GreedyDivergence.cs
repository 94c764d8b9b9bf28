namespace GptCuda.Engine.Comparison;

/// <summary>Where two greedy continuations part.</summary>
/// <param name="Index">Tokens that are the same before it.</param>
/// <param name="First">What the first side chose.</param>
/// <param name="Second">What the second side chose.</param>
/// <param name="Allowed">
/// The most by which a token can lead another on one side when the other side prefers that one, both logits being within tolerance:
/// twice the tolerance of the largest magnitude.
/// </param>
public sealed record GreedyDivergence(int Index, GreedyChoice First, GreedyChoice Second, double Allowed)
{
    /// <summary>Whether differences within tolerance explain it.</summary>
    public bool IsWithin => First.Lead <= Allowed && Second.Lead <= Allowed;
}
