using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Output;

/// <summary>The result of scoring; the order of the properties is that of the output.</summary>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Scored">Tokens that count.</param>
/// <param name="Stride">Tokens by which the window moved.</param>
/// <param name="MeanNll">Mean negative log-likelihood, in nats.</param>
/// <param name="Perplexity">Null where it is infinite, above a mean of 709.8: JSON has no such number.</param>
internal sealed record ScoreLine(int Tokens, int Scored, int Stride, double MeanNll, double? Perplexity)
{
    public static ScoreLine Of(ScoreResult result) => new(
        result.Tokens, result.Scored, result.Stride, result.MeanNll, double.IsFinite(result.Perplexity) ? result.Perplexity : null);
}
