using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.KernelSuite;

/// <summary>What a cache should hold: the elements that were to be stored, and everything else as before.</summary>
internal sealed class CacheExpectation(SuiteDevice device, KernelShape shape, int slots, int context, int layer, byte[] before)
{
    private readonly Dictionary<long, (double Value, double Allowed)> _stored = [];

    /// <summary>An element's index.</summary>
    public long Index(int slot, int keyOrValue, int position, int channel)
    {
        long head = (((((long)layer * slots) + slot) * 2) + keyOrValue) * shape.Heads + (channel / shape.HeadSize);
        return (((head * context) + position) * shape.CachedHeadSize) + (channel % shape.HeadSize);
    }

    /// <summary>Notes an element; it is rounded to the cache's type, which is added to what is allowed.</summary>
    public void Set(int slot, int keyOrValue, int position, int channel, double value, double allowed)
    {
        double rounding = shape.Type switch { MatrixType.F32 => 0, MatrixType.BF16 => Math.ScaleB(1, -8), _ => Math.ScaleB(1, -11) };
        _stored.Add(Index(slot, keyOrValue, position, channel), (value, allowed + (rounding * Math.Abs(value)) + 1e-7));
    }

    /// <summary>Fails where the cache is otherwise.</summary>
    public void Compare(DeviceSpan<byte> cache)
    {
        double[] numbers = device.DownloadCached(cache, shape.Type);
        byte[] bytes = device.Download(cache);
        for (int i = 0; i < numbers.Length; i++)
        {
            int at = i * shape.CachedBytes;
            if (_stored.TryGetValue(i, out (double Value, double Allowed) expected))
                Expect.Near($"cache element {i}", expected.Value, numbers[i], expected.Allowed);
            else if (!bytes.AsSpan(at, shape.CachedBytes).SequenceEqual(before.AsSpan(at, shape.CachedBytes)))
                throw new KernelCheckException($"cache element {i} became {numbers[i]:G9}, and nothing was to be stored there");
        }
    }
}
