using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>Kernels of the fake driver, which does nothing for them.</summary>
internal static class FakeKernel
{
    public static Kernel Load(CudaContext context, string name) => new(context, new CUfunction(1), name);

    public static void Launch(Kernel kernel, CudaStream stream, LaunchShape shape, LaunchOptions options = LaunchOptions.None)
    {
        var arguments = new KernelArguments();
        FakeDriver.ArgumentCount = 0;
        kernel.Launch(stream, shape, ref arguments, options);
    }
}
