namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Ids of short words that were merged before. One place per hash, the newer word takes it: text repeats its common words, and
/// a look-up is two loads. Not for several threads at once.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longest word kept, in bytes: with its length it fills two words of 64 bits, so keys are exact.</summary>
    public const int LongestWord = 15;

    private const int Slots = 4096;

    /// <summary>Integers a slot: the count, then the ids.</summary>
    private const int Stride = 8;

    private readonly ulong[] _keys = new ulong[2 * Slots];
    private readonly int[] _values = new int[Stride * Slots];

    /// <summary>Which place a word has.</summary>
    /// <param name="low">The word's first eight bytes, zeros after its end.</param>
    /// <param name="high">The rest of it, and its length in the top byte.</param>
    public static int SlotOf(ulong low, ulong high) => (int)(KeyedHash.Of(low, high) >> 32) & (Slots - 1);

    /// <summary>The word's ids, or none where the place holds another word.</summary>
    public ReadOnlySpan<int> Find(int slot, ulong low, ulong high)
    {
        if (_keys[2 * slot] != low || _keys[2 * slot + 1] != high) return [];
        ReadOnlySpan<int> value = _values.AsSpan(slot * Stride, Stride);
        return value.Slice(1, value[0]);
    }

    /// <summary>Keeps a word's ids, if they are few enough.</summary>
    public void Store(int slot, ulong low, ulong high, ReadOnlySpan<int> ids)
    {
        if (ids.Length >= Stride) return;
        _keys[2 * slot] = low;
        _keys[2 * slot + 1] = high;
        Span<int> value = _values.AsSpan(slot * Stride, Stride);
        value[0] = ids.Length;
        ids.CopyTo(value[1..]);
    }
}
