using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Comparison;

/// <summary>Compares the values of every point with expected ones as they come, and lets go of those.</summary>
/// <param name="expected">What another computation gave; points that are compared are taken out.</param>
/// <param name="tolerance">The most that a difference may be, as a share of the point's largest magnitude.</param>
/// <param name="rows">Tokens.</param>
internal sealed class PointJudge(Dictionary<(ForwardPoint Point, int Layer), float[]> expected, double tolerance, int rows)
    : IForwardObserver
{
    /// <summary>The points that both gave.</summary>
    public List<PointComparison> Points { get; } = [];

    /// <summary>The points that only this one gave.</summary>
    public List<(ForwardPoint Point, int Layer)> Unmatched { get; } = [];

    /// <inheritdoc/>
    public void Observe(ForwardPoint point, int layer, ReadOnlySpan<float> values)
    {
        if (!expected.Remove((point, layer), out float[]? others))
        {
            Unmatched.Add((point, layer));
            return;
        }
        if (values.Length != others.Length)
        {
            string name = PointComparison.NameOf(point, layer);
            throw new InvalidOperationException($"{name}: one computation gave {values.Length} values, the other {others.Length}");
        }
        int columns = others.Length / rows;
        PointErrors errors = PointErrors.Of(values, others);
        Points.Add(new PointComparison
        {
            Point = point,
            Layer = layer,
            Rows = rows,
            Columns = columns,
            MaxAbsolute = errors.MaxAbsolute,
            MaxRelative = errors.MaxRelative,
            ShareOfLargest = errors.ShareOfLargest,
            NormalizedMeanSquareError = errors.NormalizedMeanSquareError,
            WorstRow = errors.Worst / columns,
            WorstColumn = errors.Worst % columns,
            WorstFirst = values[errors.Worst],
            WorstSecond = others[errors.Worst],
            Tolerance = tolerance,
        });
    }
}
