using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Matrices;

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

    /// <summary>Writes keys and values of one head at some neighbouring positions.</summary>
    /// <param name="slot">Whose.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The head.</param>
    /// <param name="position">The first position.</param>
    /// <param name="count">Positions.</param>
    /// <param name="keys">[count][head size], with <paramref name="stride"/> numbers from row to row.</param>
    /// <param name="values">The same of the values.</param>
    /// <param name="stride">From a row of the source to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(int slot, int layer, int head, int position, int count, float* keys, float* values, nint stride)
    {
        float* headKeys = Keys(slot, layer, head), headValues = Values(slot, layer, head) + ((long)position * ValueStride);
        for (int i = 0; i < count; i++)
            new ReadOnlySpan<float>(values + (i * stride), HeadSize)
                .CopyTo(new Span<float>(headValues + ((long)i * ValueStride), HeadSize));

        // Four positions of a block at a time, because a single one writes four bytes of every cache line of its block.
        for (int i = 0; i < count;)
        {
            int place = (position + i) % Block;
            float* block = headKeys + ((long)(position + i - place) * HeadSize) + place;
            if (count - i >= 4 && place + 4 <= Block)
            {
                RowTransposition.FourRows(keys + (i * stride), stride, HeadSize, block, Block);
                i += 4;
                continue;
            }

            float* key = keys + (i * stride);
            for (int channel = 0; channel < HeadSize; channel++)
                block[channel * Block] = key[channel];
            i++;
        }
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
