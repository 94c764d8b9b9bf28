using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>What follows a cuBLAS product and is not another one (kernels/epilogue.cu).</summary>
/// <param name="module">epilogue.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class EpilogueKernels(KernelModule module, KernelShape shape)
{
    private const int Threads = 256;

    private readonly Kernel _storeQkv = module.GetKernel($"store_qkv_{shape.Suffix}");
    private readonly Kernel _biasGelu = module.GetKernel($"bias_gelu_{shape.Suffix}");

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("epilogue.cu");

    /// <summary>Queues the bias of a q, k, v product: queries out, keys and values into each token's place in the cache.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="tokens">T.</param>
    /// <param name="product">[T, 3 Width].</param>
    /// <param name="bias">[3 Width].</param>
    /// <param name="queries">[T, Width], written.</param>
    /// <param name="cache">Written.</param>
    /// <param name="places">Each token's slot and position.</param>
    /// <param name="layer">The layer in the cache.</param>
    public void StoreQkv(
        CudaStream stream, int tokens, DeviceSpan<float> product, DeviceSpan<float> bias, DeviceSpan<float> queries,
        in DeviceCache cache, in RowPlaces places, int layer)
    {
        var arguments = new KernelArguments();
        arguments.Add(product);
        arguments.Add(bias);
        arguments.Add(queries);
        arguments.Add(cache.Elements);
        arguments.Add(places.Slots);
        arguments.Add(places.Positions);
        arguments.Add(layer);
        arguments.Add(cache.Slots);
        arguments.Add(cache.Context);
        _storeQkv.Launch(stream, new LaunchShape(tokens, Threads), ref arguments);
    }

    /// <summary>Queues output = GELU(product + bias).</summary>
    /// <param name="stream">Where.</param>
    /// <param name="tokens">T.</param>
    /// <param name="product">[T, Inner].</param>
    /// <param name="bias">[Inner].</param>
    /// <param name="output">[T, Inner] in the type of <see cref="KernelShape.CachedBytes"/>, written.</param>
    public void BiasGelu(CudaStream stream, int tokens, DeviceSpan<float> product, DeviceSpan<float> bias, DeviceSpan<byte> output)
    {
        var arguments = new KernelArguments();
        arguments.Add(product);
        arguments.Add(bias);
        arguments.Add(output);
        _biasGelu.Launch(stream, new LaunchShape(tokens, Threads), ref arguments);
    }
}
