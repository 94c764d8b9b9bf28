using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>Copies of a sequence's keys and values to another slot of the same cache (kernels/copy_slot.cu).</summary>
/// <param name="module">copy_slot.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class CopySlotKernel(KernelModule module, KernelShape shape)
{
    private const int Threads = 256;

    private readonly Kernel _kernel = module.GetKernel($"copy_slot_{shape.Suffix}");

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("copy_slot.cu");

    /// <summary>Queues the copy of a slot's first positions, in all layers.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="cache">Read and written.</param>
    /// <param name="layers">Layers of the cache.</param>
    /// <param name="source">The slot to copy from.</param>
    /// <param name="destination">The slot to copy to; another one.</param>
    /// <param name="length">Positions, at least 1.</param>
    public void Launch(CudaStream stream, in DeviceCache cache, int layers, int source, int destination, int length)
    {
        int reads = length * (shape.CachedHeadSize * shape.CachedBytes / KernelShape.RowAlignment);
        var arguments = new KernelArguments();
        arguments.Add(cache.Elements);
        arguments.Add(source);
        arguments.Add(destination);
        arguments.Add(length);
        arguments.Add(cache.Slots);
        arguments.Add(cache.Context);
        _kernel.Launch(stream, new LaunchShape(new Dim3((reads + Threads - 1) / Threads, 2 * shape.Heads, layers), Threads), ref arguments);
    }
}
