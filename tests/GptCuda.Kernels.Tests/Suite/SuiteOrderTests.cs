using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.KernelSuite;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Driver;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>
/// The kernel suite and the sampler's tests in whatever order hardware may run warps, blocks and the sides of branches, with streams that
/// do their work at once and only when something waits: always the same results, and no race.
/// </summary>
[Collection(TestDevice.Collection)]
public sealed class SuiteOrderTests(TestDevice device)
{
    public static TheoryData<string, int> Permutations
    {
        get
        {
            var data = new TheoryData<string, int>();
            for (int seed = 1; seed <= 20; seed++)
            {
                data.Add("eager", seed);
                data.Add("lazy", seed);
            }
            return data;
        }
    }

    [SkippableTheory]
    [InlineData("eager", 21)]
    [InlineData("lazy", 22)]
    public void Suite_SomeOrders_HasNoFinding(string schedule, int seed) => Run(schedule, seed);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Permutations))]
    public void Suite_TwentyOrders_HasNoFinding(string schedule, int seed) => Run(schedule, seed);

    private void Run(string schedule, int seed)
    {
        using var machine = new SoftwareMachine(device, options => options with
        {
            Schedule = Enum.Parse<Schedule>(schedule, ignoreCase: true),
            Checks = CheckLevel.All,
            Execution = options.Execution with { Seed = (ulong)seed },
        });
        // Those that are much like another one, or need much memory, have nothing that depends on the order and is not here, too.
        KernelCheck[] checks = [.. KernelChecks.All.Where(check => !check.IsVariation && check.DeviceBytes == 0)];
        using (CudaContext context = device.NewContext())
        {
            KernelCompiler compiler = device.NewLibraryCompiler(context);
            device.CompileAhead(compiler, nameof(SuiteOrderTests), [.. checks.SelectMany(check => check.Variants).Distinct()]);
            foreach (KernelCheck check in checks)
            {
                using var suite = new SuiteDevice(context, compiler);
                Exception? finding = Record.Exception(() => check.Run(suite));
                Assert.True(finding is null, $"{check.Name}, {schedule}, seed {seed}: {finding}");
            }
        }
        var sample = new SampleKernelTests(device);
        foreach (int vocabulary in (int[])[33, 1025, 4099]) sample.Sample_EveryOption_IsTheCpusToken(vocabulary);
        sample.Sample_AllEqual_IsTheCpusToken();
        sample.Sample_FewValuesManyTies_IsTheCpusToken();
        sample.Sample_InvalidLogitsAndRowsWithoutASequence_SaysSo();
    }
}
