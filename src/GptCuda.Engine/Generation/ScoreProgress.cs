namespace GptCuda.Engine.Generation;

/// <summary>How far the scoring of a text has come.</summary>
/// <param name="Done">Tokens that the windows so far have covered.</param>
/// <param name="Total">Tokens of the text.</param>
/// <param name="MeanNll">Mean negative log-likelihood so far, in nats; NaN before the first scored token.</param>
public readonly record struct ScoreProgress(int Done, int Total, double MeanNll);
