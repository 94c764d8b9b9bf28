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

    /// <summary>Reads vocabulary text as the bytes it stands for.</summary>
    /// <param name="utf8">Characters of the alphabet, as UTF-8.</param>
    /// <param name="bytes">Receives the bytes; as long as <paramref name="utf8"/> is always enough.</param>
    /// <param name="written">How many bytes were written before the end or the first stranger.</param>
    /// <returns>Whether every character belongs to the alphabet; false for invalid UTF-8, too.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> bytes, out int written)
    {
        written = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            int point = utf8[i];
            if (point >= 0x80)
            {
                // The whole alphabet lies below U+0800: a sequence of any other length is a stranger, and so is a broken one.
                if ((point & 0xE0) != 0xC0 || ++i == utf8.Length || (utf8[i] & 0xC0) != 0x80) return false;
                point = ((point & 0x1F) << 6) | (utf8[i] & 0x3F);
                if (point < 0x80) return false;
            }
            if (point >= End || Bytes[point] < 0) return false;
            bytes[written++] = (byte)Bytes[point];
        }
        return true;
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
        bytes.AsSpan().Fill(-1);
        for (int value = 0; value < 256; value++) bytes[Characters[value]] = (short)value;
        return bytes;
    }
}
