using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.OnDevice;

/// <summary>A typed launcher, as every kernel of the library has one.</summary>
internal sealed class ScaleAdd(KernelModule module, int threads)
{
    private readonly Kernel _kernel = module.GetKernel("scale_add");

    public void Launch(CudaStream stream, DeviceSpan<float> source, DeviceSpan<float> destination, float factor)
    {
        var arguments = new KernelArguments();
        arguments.Add(source);
        arguments.Add(destination);
        arguments.Add(factor);
        arguments.Add((uint)source.Length);
        int blocks = (int)((source.Length + threads - 1) / threads);
        _kernel.Launch(stream, new LaunchShape(blocks, threads), ref arguments);
    }
}
