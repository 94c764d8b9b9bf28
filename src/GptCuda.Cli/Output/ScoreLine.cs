using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Output;

/// <summary>The result of scoring; the order of the properties is that of the output.</summary>
internal sealed record ScoreLine(int Tokens, int Scored, int Stride, double MeanNll, double Perplexity)
{
    public static ScoreLine Of(ScoreResult result) => new(result.Tokens, result.Scored, result.Stride, result.MeanNll, result.Perplexity);
}
