using GptCuda.Tests;

namespace GptCuda.Kernels.Tests.Suite.Counters;

/// <summary>The figures of one launch that benchmarks/counters.json holds; ratios are 1 at best.</summary>
/// <param name="Kernel">The kernel's name without its type.</param>
/// <param name="Times">Launches like it in a step.</param>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads.</param>
/// <param name="FloorBytes">Bytes that it cannot do without.</param>
/// <param name="DistinctToFloor">Distinct sectors' bytes by the floor.</param>
/// <param name="RequestedToFloor">Requested sectors' bytes by the floor.</param>
/// <param name="LoadSectorsToLeast">Sectors of loads by what they would be if the lanes' bytes lay side by side.</param>
/// <param name="WavefrontsToLeast">Passes of shared memory by those without conflicts.</param>
/// <param name="BusiestToMean">Bytes of the busiest SM by the mean over all SMs.</param>
/// <param name="Multiprocessors">SMs that have work.</param>
/// <param name="StreamedBytes">Bytes of weights read.</param>
/// <param name="BytesAhead">Of those, what the SM with the least has asked for before it first uses any.</param>
internal sealed record LaunchFigures(
    string Kernel, int Times, int[] Grid, int[] Block, long FloorBytes, double DistinctToFloor, double RequestedToFloor,
    double LoadSectorsToLeast, double WavefrontsToLeast, double BusiestToMean, int Multiprocessors, long StreamedBytes, long BytesAhead)
{
    private const int SectorBytes = 32;

    public static LaunchFigures Of(StepLaunch launch, LaunchCounts counts) => new(
        launch.Name, launch.Times, counts.Grid, counts.Block, launch.Floor,
        Ratio(counts.DistinctSectors * SectorBytes, launch.Floor), Ratio(counts.RequestedSectors * SectorBytes, launch.Floor),
        Ratio(counts.LoadSectors, counts.LeastLoadSectors), Ratio(counts.Wavefronts, counts.LeastWavefronts),
        Math.Round(counts.BusiestToMean, 4), counts.BusyMultiprocessors, counts.StreamedBytes, counts.BytesAhead);

    /// <summary>What is worse here than in older figures, one line each.</summary>
    public IEnumerable<string> WorseThan(LaunchFigures old)
    {
        // Another version of the compiler may order a few accesses otherwise; what a change of a kernel does is more than this.
        const double Tolerance = 1.01;
        (string Name, double Old, double New)[] ratios =
        [
            ("distinct sectors", old.DistinctToFloor, DistinctToFloor), ("requested sectors", old.RequestedToFloor, RequestedToFloor),
            ("sectors of loads", old.LoadSectorsToLeast, LoadSectorsToLeast), ("wavefronts", old.WavefrontsToLeast, WavefrontsToLeast),
            ("busiest SM", old.BusiestToMean, BusiestToMean), ("launches", old.Times, Times),
        ];
        foreach ((string name, double before, double now) in ratios)
        {
            if (now > before * Tolerance) yield return $"{Kernel}: {name}: {now}, was {before}";
        }
        if (Multiprocessors < old.Multiprocessors) yield return $"{Kernel}: SMs with work: {Multiprocessors}, were {old.Multiprocessors}";
        if (BytesAhead < old.BytesAhead) yield return $"{Kernel}: bytes ahead of the first use: {BytesAhead}, were {old.BytesAhead}";
        if (!Grid.SequenceEqual(old.Grid) || !Block.SequenceEqual(old.Block))
        {
            yield return $"{Kernel}: {string.Join('x', Grid)} blocks of {string.Join('x', Block)}, "
                + $"were {string.Join('x', old.Grid)} of {string.Join('x', old.Block)}: the file is out of date";
        }
    }

    private static double Ratio(long count, long least) => least == 0 ? 1 : Math.Round((double)count / least, 4);
}
