using GptCuda.Kernels.Kernels;

namespace GptCuda.KernelSuite;

/// <summary>A cache of NaN with zero padding, in which some slots' first positions hold random vectors below 1.</summary>
internal sealed class CacheContent
{
    private readonly KernelShape _shape;
    private readonly int _slots, _context;
    private readonly Random _random;
    private readonly double[] _values;

    public CacheContent(KernelShape shape, int layers, int slots, int context, Random random)
    {
        (_shape, _slots, _context, _random) = (shape, slots, context, random);
        _values = new double[shape.CacheLength(layers, slots, context)];
        Bytes = new byte[_values.Length * shape.CachedBytes];
        // All ones is NaN in each type. What no one stored must not be read, or not matter.
        Array.Fill(Bytes, (byte)0xFF);
        for (int i = 0; i < _values.Length; i++)
        {
            if (i % shape.CachedHeadSize >= shape.HeadSize) Bytes.AsSpan(i * shape.CachedBytes, shape.CachedBytes).Clear();
        }
    }

    /// <summary>As kernels read it.</summary>
    public byte[] Bytes { get; }

    /// <summary>Stores keys and values of a slot's first positions.</summary>
    public void Fill(int layer, int slot, int positions)
    {
        for (int keyOrValue = 0; keyOrValue < 2; keyOrValue++)
        {
            for (int head = 0; head < _shape.Heads; head++)
            {
                for (int position = 0; position < positions; position++)
                {
                    for (int i = 0; i < _shape.HeadSize; i++)
                    {
                        int at = Index(keyOrValue, layer, slot, head, position) + i;
                        _values[at] = EncodedMatrix.Write(
                            Bytes.AsSpan(at * _shape.CachedBytes, _shape.CachedBytes), _shape.Type, (_random.NextSingle() * 2) - 1);
                    }
                }
            }
        }
    }

    /// <summary>The keys (0) or values (1) of a head's first positions.</summary>
    public double[][] Vectors(int keyOrValue, int layer, int slot, int head, int positions) =>
        [.. Enumerable.Range(0, positions).Select(
            position => _values.AsSpan(Index(keyOrValue, layer, slot, head, position), _shape.HeadSize).ToArray())];

    private int Index(int keyOrValue, int layer, int slot, int head, int position) =>
        ((((((((layer * _slots) + slot) * 2) + keyOrValue) * _shape.Heads) + head) * _context) + position) * _shape.CachedHeadSize;
}
