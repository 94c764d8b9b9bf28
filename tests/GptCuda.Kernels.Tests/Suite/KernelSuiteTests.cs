using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.KernelSuite;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>Every check of the kernel suite on the test device.</summary>
[Collection(TestDevice.Collection)]
public sealed class KernelSuiteTests(TestDevice device)
{
    public static TheoryData<string> Checks => [.. KernelChecks.All.Where(check => !check.IsVariation).Select(check => check.Name)];

    public static TheoryData<string> Variations => [.. KernelChecks.All.Where(check => check.IsVariation).Select(check => check.Name)];

    [SkippableTheory]
    [MemberData(nameof(Checks))]
    public void Kernel_OfTheSuite_IsDoublePrecision(string check) => Run(check, variations: false);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Variations))]
    public void Kernel_OfTheSuitesVariations_IsDoublePrecision(string check) => Run(check, variations: true);

    [Fact]
    public void Names_OfChecks_AreDistinct() => Assert.Distinct(KernelChecks.All.Select(check => check.Name));

    private void Run(string name, bool variations)
    {
        KernelCheck check = KernelChecks.All.Single(check => check.Name == name);
        using CudaContext context = device.NewContext();
        string? obstacle = check.Obstacle(context.Device);
        Skip.If(obstacle is not null, obstacle);
        KernelCompiler compiler = device.NewLibraryCompiler(context);
        device.CompileAhead(
            compiler, variations,
            [.. KernelChecks.All.Where(check => check.IsVariation == variations).SelectMany(check => check.Variants).Distinct()]);
        using var suite = new SuiteDevice(context, compiler);
        check.Run(suite);
    }
}
