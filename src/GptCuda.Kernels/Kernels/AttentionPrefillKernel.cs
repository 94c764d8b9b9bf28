using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>
/// Causal attention of many new tokens: on tensor cores for caches of 16-bit elements (kernels/attention_prefill.cu), exact to f32 for
/// those of f32 (kernels/attention_prefill_f32.cu).
/// </summary>
/// <param name="module">The file compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class AttentionPrefillKernel(KernelModule module, KernelShape shape)
{
    private readonly Kernel _kernel = module.GetKernel($"attention_prefill_{shape.Suffix}");
    private readonly int _threads = 32 * Warps(shape);

    /// <summary>The file that the cache's type needs.</summary>
    public static KernelVariant Variant(KernelShape shape) =>
        shape.Variant(IsExact(shape) ? "attention_prefill_f32.cu" : "attention_prefill.cu");

    /// <summary>The most tokens of one tile.</summary>
    public static int QueriesPerTile(KernelShape shape)
    {
        // QUERIES of the files.
        if (!IsExact(shape)) return 16 * Warps(shape);
        return shape.HeadSize <= 64 ? 64 : shape.HeadSize <= 128 ? 32 : 16;
    }

    /// <summary>Queues softmax(scale q K^T) V of every head, each token over the keys of its sequence up to its own.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="tiles">The batch, cut into runs of at most <see cref="QueriesPerTile"/> tokens of one sequence.</param>
    /// <param name="queries">[tokens, Width].</param>
    /// <param name="cache">Keys and values, those of the tokens themselves among them.</param>
    /// <param name="output">[tokens, Width] in the cache's type, written.</param>
    /// <param name="scale">Of scores.</param>
    /// <param name="layer">The layer in the cache.</param>
    public void Launch(
        CudaStream stream, DeviceSpan<QueryTile> tiles, DeviceSpan<float> queries, in DeviceCache cache, DeviceSpan<byte> output,
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

    private static bool IsExact(KernelShape shape) => shape.Type == MatrixType.F32;

    // WARPS of the files.
    private static int Warps(KernelShape shape) => IsExact(shape) || (shape.HeadSize + 15) / 16 * 16 <= 192 ? 4 : 2;
}
