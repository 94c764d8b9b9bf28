using GptCuda.Engine.Comparison;

namespace GptCuda.Cli.Output;

/// <summary>One point in what <c>compare</c> tells. Errors and values that are no finite numbers are null.</summary>
internal sealed record PointFacts(
    string Point,
    int? Layer,
    int Rows,
    int Columns,
    double? MaxAbsolute,
    double? MaxRelative,
    double? ShareOfLargest,
    double? Nmse,
    PointFacts.Place Worst,
    double Tolerance,
    bool Within)
{
    public static PointFacts Of(PointComparison point) => new(
        point.Name,
        point.Layer < 0 ? null : point.Layer,
        point.Rows,
        point.Columns,
        Finite(point.MaxAbsolute),
        Finite(point.MaxRelative),
        Finite(point.ShareOfLargest),
        Finite(point.NormalizedMeanSquareError),
        new(point.WorstRow, point.WorstColumn, FiniteValue(point.WorstFirst), FiniteValue(point.WorstSecond)),
        point.Tolerance,
        point.IsWithin);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static float? FiniteValue(float value) => float.IsFinite(value) ? value : null;

    /// <summary>Where the largest difference is, and both values there.</summary>
    /// <param name="Token">The row: which token of the prompt, from 0.</param>
    /// <param name="Channel">The column: a channel, or for logits an id.</param>
    /// <param name="First">The first side's value.</param>
    /// <param name="Second">The second side's value.</param>
    internal sealed record Place(int Token, int Channel, float? First, float? Second);
}
