namespace GptCuda.Cli.Bench;

/// <summary>Times of the samples of one case, in seconds.</summary>
internal sealed class SampleTimes(IEnumerable<double> seconds)
{
    private readonly double[] _sorted = [.. seconds.Order()];

    /// <summary>Half of the samples took no longer.</summary>
    public double Median => (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2;

    /// <summary>95 of 100 samples took no longer: the nearest rank, so always a time that was measured.</summary>
    public double Percentile95 => _sorted[(int)Math.Ceiling(0.95 * _sorted.Length) - 1];

    /// <summary>The quickest sample.</summary>
    public double Least => _sorted[0];
}
