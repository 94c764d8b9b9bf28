using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>
/// Another GPU in software in the place of this process's, for the time of a test. No context may be open before or after it.
/// </summary>
internal sealed class SoftwareMachine : IDisposable
{
    /// <param name="device">The tests' device; where it is another than the GPU in this process, the test is skipped.</param>
    /// <param name="change">Changes what the environment describes.</param>
    public SoftwareMachine(TestDevice device, Func<DriverOptions, DriverOptions> change)
    {
        bool isInProcess = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("GPTCUDA_TEST_DEVICE"));
        Skip.IfNot(isInProcess, "Only the GPU in software inside this process is exchanged.");
        // Opened before, so that the functions are bound to this process's.
        Assert.True(device.Libraries.Driver.DeviceCount > 0);
        Boundary.Replace(new VirtualDriver(change(DriverOptions.FromEnvironment())));
    }

    public void Dispose() => Boundary.Replace(new VirtualDriver(DriverOptions.FromEnvironment() with { ReportPath = null }));
}
