using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>Keys and values of the sequences in progress, [layer][slot][key|value][head][position][padded head size].</summary>
internal sealed class CudaCache : IDisposable
{
    private readonly DeviceArena _arena;
    private readonly KernelShape _shape;
    private readonly int _layers;

    public CudaCache(CudaContext context, CudaStream stream, GptConfiguration configuration, KernelShape shape, int slots)
    {
        _shape = shape;
        _layers = configuration.LayerCount;
        long bytes = SlotBytes(configuration, shape) * slots;
        _arena = new DeviceArena(context, bytes);
        try
        {
            Cache = new DeviceCache(_arena.Take<byte>(bytes), slots, configuration.ContextLength);
            // Kernels read a head's padding and never write it.
            if (HasPadding)
                stream.FillBytes(Cache.Elements, 0);
        }
        catch
        {
            _arena.Dispose();
            throw;
        }
    }

    public DeviceCache Cache { get; }

    private bool HasPadding => _shape.CachedHeadSize != _shape.HeadSize;

    /// <summary>Bytes of one slot.</summary>
    /// <exception cref="OverflowException">More than 64 bits can count.</exception>
    public static long SlotBytes(GptConfiguration configuration, KernelShape shape) =>
        checked(shape.CacheLength(configuration.LayerCount, slots: 1, configuration.ContextLength) * shape.CachedBytes);

    /// <summary>
    /// Says that a slot's sequence is over. Where every buffer stands alone, for finding errors, its keys and values become NaN, so that
    /// whatever reads beyond the next sequence's own shows.
    /// </summary>
    public void MarkDead(CudaStream stream, int slot)
    {
        if (!_arena.IsSeparate || HasPadding)
            return;
        long layerBytes = Cache.Elements.Length / _layers, slotBytes = layerBytes / Cache.Slots;
        for (int layer = 0; layer < _layers; layer++)
            _arena.MarkDead(Cache.Elements.Slice((layer * layerBytes) + (slot * slotBytes), slotBytes), stream);
    }

    /// <inheritdoc/>
    public void Dispose() => _arena.Dispose();
}
