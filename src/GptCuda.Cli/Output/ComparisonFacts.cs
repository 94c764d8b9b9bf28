using GptCuda.Cli.Settings;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Cli.Output;

/// <summary>What <c>compare</c> tells; the order of the properties is that of the output.</summary>
/// <param name="First">The side that is judged.</param>
/// <param name="Second">The side that gives the expected values.</param>
/// <param name="PromptIds">The tokens that both computed.</param>
/// <param name="Tolerance">The most that values may differ by, as a share of the largest magnitude at their point.</param>
/// <param name="ToleranceReason">What such differences come of.</param>
/// <param name="Points">In the order of the forward pass.</param>
/// <param name="OnlyFirst">Points that the second side does not offer.</param>
/// <param name="OnlySecond">Points that the first side does not offer.</param>
/// <param name="FirstBeyond">The name of the first point beyond the tolerance, or null.</param>
/// <param name="Greedy">The greedy texts; null where there is none.</param>
/// <param name="Within">Whether all is within tolerance.</param>
internal sealed record ComparisonFacts(
    ComparedSideFacts First,
    ComparedSideFacts Second,
    IReadOnlyList<int> PromptIds,
    double Tolerance,
    string ToleranceReason,
    IReadOnlyList<PointFacts> Points,
    IReadOnlyList<string> OnlyFirst,
    IReadOnlyList<string> OnlySecond,
    string? FirstBeyond,
    GreedyFacts? Greedy,
    bool Within)
{
    public static ComparisonFacts Of(ModelComparison comparison, ComparedSide first, ComparedSide second)
    {
        Tokenizer? tokenizer = first.Tokenizer ?? second.Tokenizer;
        return new(
            ComparedSideFacts.Of(first),
            ComparedSideFacts.Of(second),
            comparison.Tokens,
            comparison.Tolerance.Share,
            comparison.Tolerance.Reason,
            [.. comparison.Points.Select(PointFacts.Of)],
            comparison.OnlyFirst,
            comparison.OnlySecond,
            comparison.FirstBeyond?.Name,
            comparison.Greedy is { } greedy ? GreedyFacts.Of(greedy, tokenizer) : null,
            comparison.IsWithin);
    }
}
