using GptCuda.Engine.Comparison;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Cli.Output;

/// <summary>The greedy texts in what <c>compare</c> tells.</summary>
/// <param name="Same">Tokens that are the same.</param>
/// <param name="First">The first side's ids, to the end or to the first that differs.</param>
/// <param name="FirstText">Their text; null without a vocabulary.</param>
/// <param name="Second">The second side's ids.</param>
/// <param name="SecondText">Their text.</param>
/// <param name="Divergence">Where they part, or null.</param>
internal sealed record GreedyFacts(
    int Same, IReadOnlyList<int> First, string? FirstText, IReadOnlyList<int> Second, string? SecondText, GreedyFacts.Parting? Divergence)
{
    public static GreedyFacts Of(GreedyComparison greedy, Tokenizer? tokenizer) => new(
        greedy.Same,
        greedy.First,
        TextOf(greedy.First, tokenizer),
        greedy.Second,
        TextOf(greedy.Second, tokenizer),
        greedy.Divergence is { } divergence
            ? new(divergence.Index, Choice.Of(divergence.First), Choice.Of(divergence.Second), divergence.Allowed, divergence.IsWithin)
            : null);

    /// <summary>The text of ids, or null without a vocabulary.</summary>
    public static string? TextOf(IReadOnlyList<int> ids, Tokenizer? tokenizer) => tokenizer?.Decode([.. ids]);

    /// <summary>Where the texts part.</summary>
    /// <param name="Index">Tokens before it.</param>
    /// <param name="First">What the first side chose.</param>
    /// <param name="Second">What the second side chose.</param>
    /// <param name="AllowedLead">The most by which one can lead on either side, both within tolerance.</param>
    /// <param name="Within">Whether neither leads by more.</param>
    internal sealed record Parting(int Index, Choice First, Choice Second, double AllowedLead, bool Within);

    /// <summary>What one side chose.</summary>
    /// <param name="Token">Its id.</param>
    /// <param name="Logit">Its logit.</param>
    /// <param name="Margin">The gap between this side's highest logit and its second.</param>
    /// <param name="Lead">Its logit less that of the other side's token.</param>
    internal sealed record Choice(int Token, float Logit, double Margin, double Lead)
    {
        public static Choice Of(GreedyChoice choice) => new(choice.Token, choice.Logit, choice.Margin, choice.Lead);
    }
}
