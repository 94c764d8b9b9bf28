using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Compilation;

[Collection(FakeDriver.Collection)]
public sealed class KernelModuleTests
{
    [Fact]
    public void GetKernel_SameNameAgain_KeepsTheLargerAllowance()
    {
        using CudaContext context = FakeDriver.NewContext();
        using var stream = new CudaStream(context);
        using var module = new KernelModule(context, "module", "image"u8);
        Kernel first = module.GetKernel("kernel"), second = module.GetKernel("kernel");

        first.AllowSharedBytes(100 << 10);
        // The driver has one limit for the function: a smaller one set now would refuse the larger launch.
        second.AllowSharedBytes(60 << 10);
        FakeKernel.Launch(second, stream, new LaunchShape(1, 32, 100 << 10));

        Assert.Single(FakeDriver.Calls, call => call == "cuFuncSetAttribute");
        Assert.NotSame(first, module.GetKernel("other"));
    }
}
