using GptCuda.Engine.Backends;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Streams;

namespace GptCuda.Engine.Cuda;

/// <summary>Brings values of a pass to an observer on the host, waiting for each: for comparing, not for speed.</summary>
/// <param name="observer">Sees them.</param>
/// <param name="stream">Where they are computed.</param>
/// <param name="shape">How they lie.</param>
/// <param name="cache">Where keys and values are.</param>
/// <param name="runs">The batch as runs of sequences.</param>
/// <param name="rows">Its rows; a pass may have more, without sequences, which nobody sees.</param>
internal sealed class CudaTrace(
    IForwardObserver observer, CudaStream stream, KernelShape shape, DeviceCache cache, IReadOnlyList<QueryTile> runs, int rows)
{
    private readonly float[] _values = new float[rows * shape.Width];

    /// <summary>Values as f32.</summary>
    public void Point(ForwardPoint point, int layer, DeviceSpan<float> values)
    {
        stream.Download(values.Slice(0, _values.Length), _values);
        observer.Observe(point, layer, _values);
    }

    /// <summary>Values in the cache's type.</summary>
    public void Point(ForwardPoint point, int layer, DeviceSpan<byte> values)
    {
        byte[] bytes = new byte[(long)_values.Length * shape.CachedBytes];
        stream.Download(values.Slice(0, bytes.Length), bytes);
        ElementConversion.ToSingle(bytes, CachedType, _values);
        observer.Observe(point, layer, _values);
    }

    /// <summary>Queries, and the keys and values that went into the cache with them, as the cache holds them.</summary>
    public void QueriesKeysValues(int layer, DeviceSpan<float> queries)
    {
        Point(ForwardPoint.Query, layer, queries);
        FromCache(ForwardPoint.Key, layer, 0);
        FromCache(ForwardPoint.Value, layer, 1);
    }

    private ElementType CachedType => shape.Type switch
    {
        MatrixType.F32 => ElementType.F32,
        MatrixType.BF16 => ElementType.BF16,
        _ => ElementType.F16,
    };

    private void FromCache(ForwardPoint point, int layer, int kind)
    {
        foreach (QueryTile run in runs)
        {
            for (int head = 0; head < shape.Heads; head++)
                Collect(run, layer, kind, head);
        }
        observer.Observe(point, layer, _values);
    }

    /// <summary>A run's vectors of one head lie together in the cache, and a row apart in what is observed.</summary>
    private void Collect(QueryTile run, int layer, int kind, int head)
    {
        int stride = shape.CachedHeadSize;
        long first = (((((((long)layer * cache.Slots) + run.Slot) * 2) + kind) * shape.Heads) + head) * cache.Context + run.FirstPosition;
        byte[] bytes = new byte[run.Count * stride * shape.CachedBytes];
        stream.Download(cache.Elements.Slice(first * stride * shape.CachedBytes, bytes.Length), bytes);
        float[] vectors = new float[run.Count * stride];
        ElementConversion.ToSingle(bytes, CachedType, vectors);
        for (int i = 0; i < run.Count; i++)
        {
            vectors.AsSpan(i * stride, shape.HeadSize)
                .CopyTo(_values.AsSpan(((run.FirstToken + i) * shape.Width) + (head * shape.HeadSize)));
        }
    }
}
