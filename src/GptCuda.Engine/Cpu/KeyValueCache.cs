using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu;

/// <summary>
/// Keys and values of the sequences in progress, f32: [slot][layer][head], and in each first the keys, then the values. Keys stand
/// in blocks of 32 positions, [position / 32][channel][32], so that scores of neighbouring positions come from one vector; values
/// stand [position][channel], channels filled up to a multiple of 32.
/// </summary>
internal sealed unsafe class KeyValueCache : IDisposable
{
    /// <summary>Positions of a block of keys, and what channels of values are filled up to.</summary>
    public const int Block = 32;

    private readonly NativeBuffer<float> _memory;
    private readonly int _heads;
    private readonly int _layers;
    private readonly long _keyLength;
    private readonly long _headLength;

    public KeyValueCache(GptConfiguration configuration, int slots)
    {
        _heads = configuration.HeadCount;
        _layers = configuration.LayerCount;
        HeadSize = configuration.HeadSize;
        ValueStride = RoundUp(HeadSize);
        _keyLength = RoundUp(configuration.ContextLength) * (long)HeadSize;
        _headLength = HeadLength(configuration);
        _memory = new NativeBuffer<float>(checked((long)slots * _layers * _heads * _headLength));
    }

    public int HeadSize { get; }

    /// <summary>Numbers from a position's values to the next one's.</summary>
    public int ValueStride { get; }

    /// <summary>Bytes of one slot.</summary>
    public static long SlotBytes(GptConfiguration configuration) =>
        checked((long)configuration.LayerCount * configuration.HeadCount * HeadLength(configuration) * sizeof(float));

    /// <summary>The next multiple of <see cref="Block"/>.</summary>
    public static int RoundUp(int count) => (count + Block - 1) / Block * Block;

    /// <summary>The first key of a head.</summary>
    public float* Keys(int slot, int layer, int head) =>
        _memory.Pointer + ((((long)slot * _layers) + layer) * _heads + head) * _headLength;

    /// <summary>The first value of a head.</summary>
    public float* Values(int slot, int layer, int head) => Keys(slot, layer, head) + _keyLength;

    /// <summary>Writes a position's key and value of one head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(int slot, int layer, int head, int position, float* key, float* value)
    {
        float* keys = Keys(slot, layer, head) + ((long)(position / Block) * Block * HeadSize) + (position % Block);
        for (int channel = 0; channel < HeadSize; channel++)
            keys[channel * Block] = key[channel];
        new ReadOnlySpan<float>(value, HeadSize).CopyTo(new Span<float>(Values(slot, layer, head) + ((long)position * ValueStride), HeadSize));
    }

    /// <summary>Copies the first positions of a slot to another.</summary>
    public void Copy(int source, int destination, int length)
    {
        long keys = (long)RoundUp(length) * HeadSize * sizeof(float), values = (long)length * ValueStride * sizeof(float);
        for (int layer = 0; layer < _layers; layer++)
        {
            for (int head = 0; head < _heads; head++)
            {
                Buffer.MemoryCopy(Keys(source, layer, head), Keys(destination, layer, head), keys, keys);
                Buffer.MemoryCopy(Values(source, layer, head), Values(destination, layer, head), values, values);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    private static long HeadLength(GptConfiguration configuration) =>
        RoundUp(configuration.ContextLength) * ((long)configuration.HeadSize + RoundUp(configuration.HeadSize));
}
