using System.Diagnostics;
using System.Numerics;

namespace GptCuda.Engine.Tokenization;

/// <summary>The bytes of every token, found by id and id found by bytes.</summary>
internal sealed class TokenTable
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;

    /// <summary>Open addressing, linear probing, at most half full. A slot is the hash's upper half, then id + 1; 0 is free.</summary>
    private readonly ulong[] _slots;

    /// <summary>Makes a table from tokens stored one after another in the order of their ids; takes ownership of the arrays.</summary>
    /// <param name="bytes">All tokens' bytes.</param>
    /// <param name="starts">Where each token begins, and one more entry for the end of the last.</param>
    public TokenTable(byte[] bytes, int[] starts)
    {
        Debug.Assert(starts.Length >= 1 && starts[^1] <= bytes.Length);
        _bytes = bytes;
        _starts = starts;
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * Count, 2))];
    }

    /// <summary>Number of tokens.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>A token's bytes.</summary>
    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);

    /// <summary>Makes a token findable by its bytes.</summary>
    /// <returns>The id itself, or the one that has the same bytes and was added before.</returns>
    public int Add(int id)
    {
        ulong hash = KeyedHash.Of(this[id]);
        int slot = Probe(this[id], hash, out int found);
        if (found < 0) _slots[slot] = (hash & 0xFFFF_FFFF_0000_0000) | (uint)(id + 1);
        return found < 0 ? id : found;
    }

    /// <summary>The id of the token with exactly these bytes, or -1.</summary>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        Probe(bytes, KeyedHash.Of(bytes), out int found);
        return found;
    }

    /// <summary>The id of the token with exactly these bytes, or -1; quickest where the guess is right.</summary>
    public int Find(ReadOnlySpan<byte> bytes, int likely) =>
        (uint)likely < (uint)Count && this[likely].SequenceEqual(bytes) ? likely : Find(bytes);

    private int Probe(ReadOnlySpan<byte> bytes, ulong hash, out int found)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            ulong entry = _slots[slot];
            found = (int)(uint)entry - 1;
            if (entry == 0 || ((entry ^ hash) >> 32 == 0 && this[found].SequenceEqual(bytes))) return slot;
        }
    }
}
