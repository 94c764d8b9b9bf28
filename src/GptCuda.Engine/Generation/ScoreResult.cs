namespace GptCuda.Engine.Generation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Scored">Tokens that had something before them in their window.</param>
/// <param name="Stride">Tokens by which the window moved.</param>
/// <param name="MeanNll">Mean negative log-likelihood of the scored tokens, in nats.</param>
public readonly record struct ScoreResult(int Tokens, int Scored, int Stride, double MeanNll)
{
    /// <summary>The exponential of <see cref="MeanNll"/>.</summary>
    public double Perplexity => Math.Exp(MeanNll);
}
