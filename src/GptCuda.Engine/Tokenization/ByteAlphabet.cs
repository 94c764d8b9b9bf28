using System.Text;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// The printable characters that GPT-2's vocabulary files write for the 256 bytes: printable Latin-1 stands for itself, every
/// other byte for the next character from U+0100 on, so that a space is U+0120. Source: bytes_to_unicode in OpenAI's encoder.py.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>First code point that stands for no byte.</summary>
    private const int End = 0x144;

    private static readonly char[] Characters = MakeCharacters();
    private static readonly short[] Bytes = MakeBytes();

    /// <summary>The byte that a code point stands for, or -1.</summary>
    public static int ByteOf(int point) => (uint)point < End ? Bytes[point] : -1;

    /// <summary>Reads one character of the alphabet.</summary>
    /// <param name="utf8">Text.</param>
    /// <param name="at">Where the character begins; then, where the next one does.</param>
    /// <returns>The byte it stands for, or -1 for another character and for invalid UTF-8.</returns>
    public static int Read(ReadOnlySpan<byte> utf8, ref int at)
    {
        int first = utf8[at++];
        if (first < 0x80) return Bytes[first];
        // The whole alphabet lies below U+0800: a sequence of any other length is a stranger, and so is a broken one.
        if ((first & 0xE0) != 0xC0 || at == utf8.Length || (utf8[at] & 0xC0) != 0x80) return -1;
        int point = ((first & 0x1F) << 6) | (utf8[at++] & 0x3F);
        return point < 0x80 ? -1 : ByteOf(point);
    }

    /// <summary>Reads text as the bytes it stands for.</summary>
    /// <param name="utf8">Text.</param>
    /// <param name="bytes">Receives the bytes; as long as <paramref name="utf8"/> is always enough.</param>
    /// <returns>How many there are, or -1 where a character is not of the alphabet.</returns>
    public static int Decode(ReadOnlySpan<byte> utf8, Span<byte> bytes)
    {
        int written = 0;
        for (int at = 0; at < utf8.Length;)
        {
            int value = Read(utf8, ref at);
            if (value < 0) return -1;
            bytes[written++] = (byte)value;
        }
        return written;
    }

    /// <summary>How vocabulary files write these bytes; for messages.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte value in bytes) text.Append(Characters[value]);
        return text.ToString();
    }

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        char next = '\u0100';
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            characters[value] = printable ? (char)value : next++;
        }
        return characters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[End];
        for (int point = 0; point < End; point++) bytes[point] = -1;
        for (int value = 0; value < 256; value++) bytes[Characters[value]] = (short)value;
        return bytes;
    }
}
