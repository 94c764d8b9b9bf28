using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Turns text into ids piece by piece: UTF-16 to UTF-8, words, ids. Holds the buffers and the cache that one thread needs, and is
/// reused; not for several threads at once.
/// </summary>
internal sealed class TextEncoder(MergeTable merges, int[] byteTokens)
{
    private const int PieceBytes = 1 << 15;

    /// <summary>Bytes past the text that may be read, so that a word's key is two plain loads.</summary>
    private const int Padding = 16;

    private readonly WordMerger _merger = new(merges, byteTokens);
    private readonly WordCache _cache = new();
    private byte[] _text = new byte[PieceBytes + Padding];
    private int[] _ids = new int[PieceBytes];

    /// <summary>Appends the ids of a whole text.</summary>
    /// <exception cref="InvalidDataException">The vocabulary has no token for a byte of the text.</exception>
    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids)
    {
        int filled = 0;
        do
        {
            // A word that fills most of the buffer gets a larger one, so that a long word is not scanned again and again.
            if (filled > (_text.Length - Padding) / 2) Array.Resize(ref _text, (int)Math.Min(Array.MaxLength, 2L * _text.Length));
            Utf8.FromUtf16(text, _text.AsSpan(filled, _text.Length - Padding - filled), out int read, out int written);
            text = text[read..];
            filled += written;
            int used = EncodeWords(filled, text.IsEmpty, ids);
            _text.AsSpan(used, filled - used).CopyTo(_text);
            filled -= used;
        }
        while (!text.IsEmpty);
    }

    /// <summary>Forgets the buffers of an unusually long word.</summary>
    public void Trim()
    {
        if (_text.Length > PieceBytes + Padding) _text = new byte[PieceBytes + Padding];
        if (_ids.Length > PieceBytes) _ids = new int[PieceBytes];
        _merger.Trim();
    }

    /// <summary>Encodes the words in the buffer's first bytes that more text cannot change.</summary>
    /// <returns>How many bytes they have.</returns>
    private int EncodeWords(int filled, bool final, IBufferWriter<int> ids)
    {
        if (_ids.Length < filled) _ids = new int[_text.Length];
        ReadOnlySpan<byte> text = _text.AsSpan(0, filled);
        int start = 0, count = 0;
        while (start < filled)
        {
            int end = WordScanner.FindEnd(text, start, final);
            if (end == WordScanner.NeedsMore) break;
            count += EncodeWord(start, end - start, _ids.AsSpan(count));
            start = end;
        }
        ids.Write(_ids.AsSpan(0, count));
        return start;
    }

    private int EncodeWord(int start, int length, Span<int> ids)
    {
        if (length > WordCache.LongestWord) return _merger.Merge(_text.AsSpan(start, length), ids);
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(_text.AsSpan(start, 8));
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(_text.AsSpan(start + 8, 8));
        if (length < 8) low &= (1UL << (8 * length)) - 1;
        high = length <= 8 ? 0 : high & ((1UL << (8 * length - 64)) - 1);
        high |= (ulong)length << 56;

        int slot = WordCache.SlotOf(low, high);
        ReadOnlySpan<int> known = _cache.Find(slot, low, high);
        if (known.Length > 0)
        {
            known.CopyTo(ids);
            return known.Length;
        }
        int count = _merger.Merge(_text.AsSpan(start, length), ids);
        _cache.Store(slot, low, high, ids[..count]);
        return count;
    }
}
