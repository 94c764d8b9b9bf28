namespace GptCuda.Kernels.Tests.Suite.Counters;

/// <summary>The figures of a decode step: of its launches, and over all of them.</summary>
internal sealed record StepFigures(IReadOnlyList<LaunchFigures> Launches)
{
    public int LaunchesOfAStep => Launches.Sum(launch => launch.Times);

    public long FloorBytes => Launches.Sum(launch => launch.Times * launch.FloorBytes);

    public double DistinctToFloor => Sum(launch => launch.DistinctToFloor);

    public double RequestedToFloor => Sum(launch => launch.RequestedToFloor);

    private double Sum(Func<LaunchFigures, double> ratio) =>
        Math.Round(Launches.Sum(launch => launch.Times * launch.FloorBytes * ratio(launch)) / FloorBytes, 4);
}
