using System.Numerics;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Ids of short words that were merged before. One place per hash, the newer word takes it: text repeats its common words, and
/// a look-up is two loads. Not for several threads at once.
/// </summary>
internal sealed class WordCache
{
    private const int SlotBits = 12;

    /// <summary>Integers a slot: the count, then the ids.</summary>
    private const int Stride = 8;

    private readonly WordKey[] _keys = new WordKey[1 << SlotBits];
    private readonly int[] _values = new int[Stride << SlotBits];

    /// <summary>The word's ids, or none where the place holds another word.</summary>
    public ReadOnlySpan<int> Find(WordKey key)
    {
        int slot = SlotOf(key);
        if (_keys[slot] != key) return [];
        ReadOnlySpan<int> value = _values.AsSpan(slot * Stride, Stride);
        return value.Slice(1, value[0]);
    }

    /// <summary>Keeps a word's ids, if they are few enough.</summary>
    public void Store(WordKey key, ReadOnlySpan<int> ids)
    {
        if (ids.Length >= Stride) return;
        int slot = SlotOf(key);
        _keys[slot] = key;
        Span<int> value = _values.AsSpan(slot * Stride, Stride);
        value[0] = ids.Length;
        ids.CopyTo(value[1..]);
    }

    /// <summary>One multiplication will do: words that share a place cost a merge each, and no more.</summary>
    private static int SlotOf(WordKey key) =>
        (int)(((key.Low ^ BitOperations.RotateLeft(key.High, 29)) * 0x9E37_79B9_7F4A_7C15) >> (64 - SlotBits));
}
