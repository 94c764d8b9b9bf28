namespace GptCuda.Engine.Comparison;

/// <summary>The differences of two lists of values, in one pass.</summary>
/// <param name="MaxAbsolute">The largest difference.</param>
/// <param name="MaxRelative">The largest difference as a share of the larger of two values.</param>
/// <param name="ShareOfLargest">The largest difference as a share of the largest expected magnitude.</param>
/// <param name="NormalizedMeanSquareError">Squared differences over squared expected values.</param>
/// <param name="Worst">Where the largest difference is; the first of equal ones.</param>
internal readonly record struct PointErrors(
    double MaxAbsolute, double MaxRelative, double ShareOfLargest, double NormalizedMeanSquareError, int Worst)
{
    public static PointErrors Of(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double maxAbsolute = 0, maxRelative = 0, largest = 0, squaredDifferences = 0, squares = 0;
        int worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]), magnitude = Math.Abs((double)expected[i]);
            if (!double.IsFinite(difference) || !double.IsFinite(magnitude))
                return new(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, i);
            if (difference > maxAbsolute)
                (maxAbsolute, worst) = (difference, i);
            if (difference > 0)
                maxRelative = Math.Max(maxRelative, difference / Math.Max(magnitude, Math.Abs((double)actual[i])));
            largest = Math.Max(largest, magnitude);
            squaredDifferences += difference * difference;
            squares += magnitude * magnitude;
        }
        return new(maxAbsolute, maxRelative, Ratio(maxAbsolute, largest), Ratio(squaredDifferences, squares), worst);
    }

    /// <summary>Nothing of nothing is nothing; something of nothing is beyond any tolerance.</summary>
    private static double Ratio(double difference, double of) => difference == 0 ? 0 : difference / of;
}
