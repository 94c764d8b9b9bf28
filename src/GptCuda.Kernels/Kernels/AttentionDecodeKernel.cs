using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>Attention of new tokens over their sequences' caches, split over the keys (kernels/attention_decode.cu).</summary>
/// <param name="module">attention_decode.cu, compiled as <see cref="Variant"/> says.</param>
/// <param name="shape">The shape that it was compiled for.</param>
public sealed class AttentionDecodeKernel(KernelModule module, KernelShape shape)
{
    private const int Threads = 128;

    private readonly Kernel _kernel = module.GetKernel($"attention_decode_{shape.Suffix}");
    private readonly int _splitKeys = SplitKeys(shape);

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape) => shape.Variant("attention_decode.cu");

    /// <summary>Keys that one block reads.</summary>
    public static int SplitKeys(KernelShape shape)
    {
        // LANES, CHUNKS, STEP, BATCH, STEPS and SPLIT_KEYS of kernels/attention_decode.cu.
        int reads = shape.CachedHeadSize * shape.CachedBytes / KernelShape.RowAlignment;
        int lanes = Math.Min(32, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)reads));
        int step = 32 / lanes, batch = 4 / ((reads + lanes - 1) / lanes);
        int steps = step >= 16 ? batch : Math.Max(batch, 16 / step);
        return Threads / 32 * steps * step;
    }

    /// <summary>Floats of scratch memory that a launch takes.</summary>
    /// <param name="rows">Rows of the launch.</param>
    /// <param name="context">Positions of a cache's slot.</param>
    public long PartialLength(int rows, int context) => (long)rows * shape.Heads * Splits(context) * (shape.HeadSize + 2);

    /// <summary>Queues softmax(scale q K^T) V of every head over the keys 0 to its row's position.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="rows">Rows, each of a sequence of its own.</param>
    /// <param name="queries">[rows, Width].</param>
    /// <param name="cache">Keys and values, those of the rows' own positions among them.</param>
    /// <param name="places">Each row's slot and position. A row without a sequence gets zeros.</param>
    /// <param name="partial">Scratch, <see cref="PartialLength"/>.</param>
    /// <param name="tickets">[rows, heads], zero before the first launch; every launch leaves them zero.</param>
    /// <param name="output">[rows, Width], written.</param>
    /// <param name="scale">Of scores, for example 1 / sqrt(head size).</param>
    /// <param name="layer">The layer in the cache.</param>
    public void Launch(
        CudaStream stream, int rows, DeviceSpan<float> queries, in DeviceCache cache, in RowPlaces places, DeviceSpan<float> partial,
        DeviceSpan<uint> tickets, DeviceSpan<float> output, float scale, int layer)
    {
        var arguments = new KernelArguments();
        arguments.Add(queries);
        arguments.Add(cache.Elements);
        arguments.Add(places.Slots);
        arguments.Add(places.Positions);
        arguments.Add(partial);
        arguments.Add(tickets);
        arguments.Add(output);
        arguments.Add(scale);
        arguments.Add(layer);
        arguments.Add(cache.Slots);
        arguments.Add(cache.Context);
        _kernel.Launch(stream, new LaunchShape(new Dim3(shape.Heads, Splits(cache.Context), rows), Threads), ref arguments);
    }

    private int Splits(int context) => (context + _splitKeys - 1) / _splitKeys;
}
