using System.Buffers.Binary;

namespace GptCuda.Engine.Tokenization;

/// <summary>A short word as two numbers: its bytes, then zeros, its length in the last byte. Equal keys are equal words.</summary>
/// <param name="Low">The first eight bytes.</param>
/// <param name="High">The next seven, and the length.</param>
internal readonly record struct WordKey(ulong Low, ulong High)
{
    /// <summary>Bytes that <see cref="Of"/> reads, however long the word is.</summary>
    public const int Size = 16;

    /// <summary>Longest word that has a key, in bytes.</summary>
    public const int LongestWord = Size - 1;

    /// <summary>By length, which bits of each half belong to the word. A branch on the length would often be mispredicted.</summary>
    private static readonly (ulong Low, ulong High)[] Masks = MakeMasks();

    /// <summary>The key of a word.</summary>
    /// <param name="bytes">The word, and whatever follows it: at least <see cref="Size"/> bytes.</param>
    /// <param name="length">How many of them are the word's, at most <see cref="LongestWord"/>.</param>
    public static WordKey Of(ReadOnlySpan<byte> bytes, int length)
    {
        (ulong low, ulong high) = Masks[length];
        return new WordKey(BinaryPrimitives.ReadUInt64LittleEndian(bytes) & low,
            (BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) & high) | ((ulong)length << 56));
    }

    private static (ulong Low, ulong High)[] MakeMasks()
    {
        var masks = new (ulong Low, ulong High)[Size];
        for (int length = 0; length < Size; length++)
        {
            masks[length] = length < 8
                ? ((1UL << (8 * length)) - 1, 0)
                : (ulong.MaxValue, (1UL << (8 * length - 64)) - 1);
        }
        return masks;
    }
}
