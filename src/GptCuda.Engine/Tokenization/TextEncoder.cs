using System.Buffers;
using System.Text.Unicode;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Turns text into ids piece by piece: UTF-16 to UTF-8, words, ids. Holds the buffers and the cache that one thread needs, and is
/// reused; not for several threads at once.
/// </summary>
internal sealed class TextEncoder(MergeTable merges, int[] byteTokens)
{
    private const int PieceBytes = 1 << 15;

    /// <summary>Bytes past the text that may be read, so that a word's key is plain loads.</summary>
    private const int Padding = WordKey.Size;

    private readonly WordMerger _merger = new(merges, byteTokens);
    private readonly WordCache _cache = new();
    private byte[] _text = new byte[PieceBytes + Padding];
    private int[] _ids = new int[PieceBytes];
    private int _count;

    /// <summary>The ids of what was encoded and not taken yet.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Forgets what was encoded.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds the id of a special token.</summary>
    public void Add(int id)
    {
        Reserve(1);
        _ids[_count++] = id;
    }

    /// <summary>Encodes a whole text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="taker">Takes the ids after each piece; without one they collect in <see cref="Ids"/>.</param>
    /// <exception cref="InvalidDataException">The vocabulary has no token for a byte of the text.</exception>
    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int>? taker)
    {
        int filled = 0;
        do
        {
            // A word that fills most of the buffer gets a larger one, so that a long word is not scanned again and again.
            if (filled > (_text.Length - Padding) / 2) Array.Resize(ref _text, (int)Math.Min(Array.MaxLength, 2L * _text.Length));
            Utf8.FromUtf16(text, _text.AsSpan(filled, _text.Length - Padding - filled), out int read, out int written);
            text = text[read..];
            filled += written;
            int used = EncodeWords(filled, text.IsEmpty);
            if (taker is not null) Flush(taker);
            _text.AsSpan(used, filled - used).CopyTo(_text);
            filled -= used;
        }
        while (!text.IsEmpty);
    }

    /// <summary>Hands the ids over.</summary>
    public void Flush(IBufferWriter<int> taker)
    {
        if (_count == 0) return;
        Ids.CopyTo(taker.GetSpan(_count));
        taker.Advance(_count);
        _count = 0;
    }

    /// <summary>Forgets the buffers of an unusually long word or text.</summary>
    public void Trim()
    {
        if (_text.Length > PieceBytes + Padding) _text = new byte[PieceBytes + Padding];
        if (_ids.Length > 2 * PieceBytes) _ids = new int[PieceBytes];
        _merger.Trim();
    }

    /// <summary>Encodes the words in the buffer's first bytes that more text cannot change.</summary>
    /// <returns>How many bytes they have.</returns>
    private int EncodeWords(int filled, bool final)
    {
        // A byte makes at most one id.
        Reserve(filled);
        ReadOnlySpan<byte> text = _text.AsSpan(0, filled);
        int start = 0;
        while (start < filled)
        {
            int end = WordScanner.FindEnd(text, start, final);
            if (end == WordScanner.NeedsMore) break;
            _count += EncodeWord(start, end - start, _ids.AsSpan(_count));
            start = end;
        }
        return start;
    }

    private void Reserve(int ids)
    {
        long needed = (long)_count + ids;
        if (needed > _ids.Length) Array.Resize(ref _ids, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _ids.Length)));
    }

    private int EncodeWord(int start, int length, Span<int> ids)
    {
        if (length > WordKey.LongestWord) return _merger.Merge(_text.AsSpan(start, length), ids);
        WordKey key = WordKey.Of(_text.AsSpan(start, WordKey.Size), length);
        ReadOnlySpan<int> known = _cache.Find(key);
        if (known.Length == 1)
        {
            // Most words are one token: a store, where a copy is a call.
            ids[0] = known[0];
            return 1;
        }
        if (known.Length > 0)
        {
            known.CopyTo(ids);
            return known.Length;
        }
        int count = _merger.Merge(_text.AsSpan(start, length), ids);
        _cache.Store(key, ids[..count]);
        return count;
    }
}
