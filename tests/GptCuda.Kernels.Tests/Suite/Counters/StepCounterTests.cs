using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.KernelSuite;
using GptCuda.Tests;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.Kernels.Tests.Suite.Counters;

/// <summary>
/// The speed of a decode step as far as it can be counted: GPT-2 124M at position 512 on the GPU in software as an H100. With
/// GPTCUDA_WRITE_COUNTERS=1, which eng/counters sets, benchmarks/counters.json is written instead of compared with.
/// </summary>
[Collection(TestDevice.Collection)]
public sealed class StepCounterTests(TestDevice device, StepCounterTests.Runs runs) : IClassFixture<StepCounterTests.Runs>
{
    private const int Multiprocessors = 132;

    [SkippableTheory]
    [InlineData(MatrixType.BF16)]
    [InlineData(MatrixType.Int8)]
    public void Step_AgainstTheFile_IsNoWorse(MatrixType type)
    {
        StepFigures step = runs.Get(device, type);
        if (Environment.GetEnvironmentVariable("GPTCUDA_WRITE_COUNTERS") == "1") CountersFile.Write(type, step);

        IReadOnlyList<LaunchFigures> old = CountersFile.Read(type);

        Assert.Equal(old.Select(launch => launch.Kernel), step.Launches.Select(launch => launch.Kernel));
        string[] worse = [.. step.Launches.Zip(old).SelectMany(pair => pair.First.WorseThan(pair.Second))];
        Assert.True(worse.Length == 0, $"Worse than benchmarks/counters.json (eng/counters writes it anew):\n{string.Join('\n', worse)}");
    }

    [SkippableTheory]
    [InlineData(MatrixType.BF16)]
    [InlineData(MatrixType.Int8)]
    public void Step_AgainstTheBars_PassesNone(MatrixType type)
    {
        StepFigures step = runs.Get(device, type);

        Assert.InRange(step.LaunchesOfAStep, 1, 62);
        Assert.InRange(step.DistinctToFloor, 1, 1.05);
        Assert.InRange(step.RequestedToFloor, 1, 1.25);
        Assert.All(step.Launches, launch => Assert.InRange(launch.WavefrontsToLeast, 1, 1.1));
        LaunchFigures[] streaming = [.. step.Launches.Where(launch => launch.StreamedBytes > 0)];
        Assert.Equal(["qkv", "project", "expand", "contract", "logits"], streaming.Select(launch => launch.Kernel));
        foreach (LaunchFigures launch in streaming)
        {
            Assert.InRange(launch.Multiprocessors, 0.9 * Multiprocessors, Multiprocessors);
            Assert.InRange(launch.BusiestToMean, 1, 1.15);
            // Loads of vectors may begin within a sector; those of weights do not.
            Assert.InRange(launch.LoadSectorsToLeast, 1, 1.01);
            // 16 KiB an SM, or all of its share.
            Assert.InRange(launch.BytesAhead, Math.Min(16 << 10, launch.StreamedBytes / launch.Multiprocessors), long.MaxValue);
        }
    }

    /// <summary>Counted once for both tests.</summary>
    public sealed class Runs
    {
        private readonly Dictionary<MatrixType, StepFigures> _figures = [];

        internal StepFigures Get(TestDevice device, MatrixType type)
        {
            if (!_figures.TryGetValue(type, out StepFigures? figures)) _figures[type] = figures = Count(device, type);
            return figures;
        }

        private static StepFigures Count(TestDevice device, MatrixType type)
        {
            string report = Path.GetTempFileName();
            try
            {
                IReadOnlyList<StepLaunch> launches;
                using (var machine = new SoftwareMachine(device, options => options with
                {
                    Profile = DeviceProfiles.Named("h100"),
                    Checks = CheckLevel.All,
                    Execution = new ExecutionOptions(),
                    ReportPath = report,
                }))
                using (CudaContext context = device.NewContext())
                using (var suite = new SuiteDevice(context, device.NewLibraryCompiler(context)))
                    launches = new DecodeStep(suite, type, 512).Run();
                IReadOnlyList<LaunchCounts> counts = LaunchCounts.Read(report);
                Assert.Equal(
                    launches.Select(launch => launch.Name), counts.Select(launch => launch.Kernel[..launch.Kernel.LastIndexOf('_')]));
                return new StepFigures([.. launches.Zip(counts, LaunchFigures.Of)]);
            }
            finally
            {
                File.Delete(report);
            }
        }
    }
}
