using System.Numerics;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Kernels;

/// <summary>Attention of new tokens over their sequences' caches, split over the keys (kernels/attention_decode.cu).</summary>
/// <remarks>
/// The keys of a split follow from the GPU's multiprocessors and the cache's positions, so that the multiprocessors have equally much to
/// read for one sequence halfway through the context. They depend neither on the sequences' lengths nor on their number: sums are taken
/// split by split, and a sequence's result is to be the same in any batch.
/// </remarks>
public sealed class AttentionDecodeKernel
{
    private const int MostWarps = 8;

    // What a block costs beyond its keys, in keys: the query, its partial result, and that it is there.
    private const int BlockCost = 8;

    private readonly KernelShape _shape;
    private readonly int _multiprocessors, _keysAtOnce;
    private readonly Kernel _kernel;

    /// <param name="context">The GPU.</param>
    /// <param name="module">attention_decode.cu, compiled as <see cref="Variant"/> says.</param>
    /// <param name="shape">The shape that it was compiled for.</param>
    public AttentionDecodeKernel(CudaContext context, KernelModule module, KernelShape shape)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        _multiprocessors = context.Device.MultiprocessorCount;
        // LANES, CHUNKS, STEP, BATCH and AT_ONCE of kernels/attention_decode.cu.
        int reads = shape.CachedHeadSize * shape.CachedBytes / KernelShape.RowAlignment;
        int lanes = Math.Min(32, (int)BitOperations.RoundUpToPowerOf2((uint)reads));
        _keysAtOnce = 4 / ((reads + lanes - 1) / lanes) * (32 / lanes);
        _kernel = module.GetKernel($"attention_decode_{shape.Suffix}");
    }

    /// <summary>The file.</summary>
    public static KernelVariant Variant(KernelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Variant("attention_decode.cu");
    }

    /// <summary>Keys that one block of a launch reads.</summary>
    /// <param name="context">Positions of a cache's slot.</param>
    public int SplitKeys(int context)
    {
        (int warps, int batches) = Split(context);
        return warps * batches * _keysAtOnce;
    }

    /// <summary>Floats of scratch memory that a launch takes.</summary>
    /// <param name="rows">Rows of the launch.</param>
    /// <param name="context">Positions of a cache's slot.</param>
    public long PartialLength(int rows, int context) =>
        (long)rows * _shape.Heads * Pieces(context, SplitKeys(context)) * (_shape.HeadSize + 2);

    /// <summary>Queues softmax(scale q K^T) V of every head over the keys 0 to its row's position.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="rows">Rows, each of a sequence of its own.</param>
    /// <param name="queries">[rows, Width].</param>
    /// <param name="cache">Keys and values, those of the rows' own positions among them.</param>
    /// <param name="places">Each row's slot and position. A row without a sequence gets zeros.</param>
    /// <param name="partial">Scratch, <see cref="PartialLength"/>.</param>
    /// <param name="tickets">[rows, heads], zero before the first launch; every launch leaves them zero.</param>
    /// <param name="output">[rows, Width] in the type of <see cref="KernelShape.CachedBytes"/>, written.</param>
    /// <param name="scale">Of scores, for example 1 / sqrt(head size).</param>
    /// <param name="layer">The layer in the cache.</param>
    public void Launch(
        CudaStream stream, int rows, DeviceSpan<float> queries, in DeviceCache cache, in RowPlaces places, DeviceSpan<float> partial,
        DeviceSpan<uint> tickets, DeviceSpan<byte> output, float scale, int layer)
    {
        (int warps, int batches) = Split(cache.Context);
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
        arguments.Add(batches);
        var grid = new Dim3(_shape.Heads, Pieces(cache.Context, warps * batches * _keysAtOnce), rows);
        _kernel.Launch(stream, new LaunchShape(grid, 32 * warps), ref arguments);
    }

    private static int Pieces(int length, int each) => (length + each - 1) / each;

    /// <summary>The split with which the busiest multiprocessor has the least to do for a sequence of half the context.</summary>
    private (int Warps, int Batches) Split(int context)
    {
        int half = (context / 2) + 1, most = Pieces(context, _keysAtOnce);
        (int Warps, int Batches) best = (1, 1);
        long least = long.MaxValue;
        // Of splits that cost the same the larger one: it has fewer partial results.
        for (int batches = 1; MostWarps * (batches - 1) < most; batches++)
        {
            for (int warps = batches == 1 ? 1 : MostWarps / 2; warps <= MostWarps; warps++)
            {
                int keys = warps * batches * _keysAtOnce;
                long cost = (long)Pieces(_shape.Heads * Pieces(half, keys), _multiprocessors) * (Math.Min(keys, half) + BlockCost);
                if (cost > least) continue;
                least = cost;
                best = (warps, batches);
            }
        }
        return best;
    }
}
