using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.KernelSuite;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>
/// The kernel suite on GPUs that the kernels have code of their own for, and that have less shared memory: before sm_80 products are of
/// depth 8 and copies wait.
/// </summary>
[Collection(TestDevice.Collection)]
public sealed class SuiteArchitectureTests(TestDevice device)
{
    [SkippableTheory]
    [InlineData("t4")]
    [InlineData("rtx4090")]
    public void Suite_OtherArchitectures_IsDoublePrecision(string profile)
    {
        using var machine = new SoftwareMachine(device, options => options with { Profile = DeviceProfiles.Named(profile) });
        using CudaContext context = device.NewContext();
        // There is no bf16 before sm_80: the host takes f16 in its place.
        bool hasBrainFloat = context.Device.ComputeCapability.Major >= 8;
        KernelCheck[] checks = [.. KernelChecks.All.Where(check => !check.IsVariation && check.DeviceBytes == 0
            && (hasBrainFloat || check.Variants.All(variant => variant.Defines.GetValueOrDefault("WEIGHT") != "1")))];
        KernelCompiler compiler = device.NewLibraryCompiler(context);
        device.CompileAhead(compiler, profile, [.. checks.SelectMany(check => check.Variants).Distinct()]);

        foreach (KernelCheck check in checks)
        {
            using var suite = new SuiteDevice(context, compiler);
            Exception? finding = Record.Exception(() => check.Run(suite));
            Assert.True(finding is null, $"{check.Name} on {context.Device.Name}: {finding}");
        }
    }
}
