using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>
/// Causal attention of many new tokens on tensor cores (kernels/attention_prefill.cu); for caches of 16-bit elements.
/// </summary>
/// <param name="module">attention_prefill.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class AttentionPrefillKernel(KernelModule module, KernelShape shape)
{
    private readonly Kernel _kernel = module.GetKernel($"attention_prefill_{shape.Suffix}");
    private readonly int _threads = 32 * Warps(shape);

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("attention_prefill.cu");

    /// <summary>The most tokens of one tile.</summary>
    public static int QueriesPerTile(KernelShape shape) => 16 * Warps(shape);

    /// <summary>Queues softmax(scale q K^T) V of every head, each token over the keys of its sequence up to its own.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="tiles">The batch, cut into runs of at most <see cref="QueriesPerTile"/> tokens of one sequence.</param>
    /// <param name="queries">[tokens, Width].</param>
    /// <param name="cache">Keys and values, those of the tokens themselves among them.</param>
    /// <param name="output">[tokens, Width] in the cache's type, written.</param>
    /// <param name="scale">Of scores.</param>
    /// <param name="layer">The layer in the cache.</param>
    public void Launch(
        CudaStream stream, DeviceSpan<QueryTile> tiles, DeviceSpan<float> queries, in DeviceCache cache, DeviceSpan<ushort> output,
        float scale, int layer)
    {
        var arguments = new KernelArguments();
        arguments.Add(queries);
        arguments.Add(cache.Elements);
        arguments.Add(tiles);
        arguments.Add(output);
        arguments.Add(scale);
        arguments.Add(layer);
        arguments.Add(cache.Slots);
        arguments.Add(cache.Context);
        _kernel.Launch(stream, new LaunchShape(new Dim3((int)tiles.Length, shape.Heads), _threads), ref arguments);
    }

    // WARPS of kernels/attention_prefill.cu.
    private static int Warps(KernelShape shape) => (shape.HeadSize + 15) / 16 * 16 <= 192 ? 4 : 2;
}
