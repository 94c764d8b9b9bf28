namespace GptCuda.Engine.Comparison;

/// <summary>How far two computations of the same model may be apart, and why.</summary>
/// <param name="Share">The most that values may differ by, as a share of the point's largest magnitude.</param>
/// <param name="Reason">What the difference comes of.</param>
public sealed record ComparisonTolerance(double Share, string Reason);
