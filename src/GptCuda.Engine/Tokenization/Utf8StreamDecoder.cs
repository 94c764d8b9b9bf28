using System.Text;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Text from bytes that arrive in pieces cut anywhere, as tokens are: a UTF-8 sequence that is not complete yet is held back, so
/// all pieces together are what <see cref="Encoding.UTF8"/> makes of all bytes at once. Invalid bytes become U+FFFD, one for each
/// maximal subpart, as the Unicode standard (section 3.9) and WHATWG's decoder have it. Not for several threads at once.
/// </summary>
public sealed class Utf8StreamDecoder
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _text = new char[64];

    /// <summary>Takes the next bytes.</summary>
    /// <param name="bytes">Any number of them, such as <see cref="Tokenizer.TokenBytes"/> gives.</param>
    /// <returns>The text that is complete now; empty where all of it must wait. Never half of a surrogate pair.</returns>
    public string Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>Ends the text: what was held back can no longer become valid.</summary>
    /// <returns>U+FFFD for a held-back sequence, or nothing. The decoder is then as new.</returns>
    public string Finish() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // A byte makes at most one UTF-16 unit; what was held back, three bytes at most, makes at most three more.
        if (_text.Length < bytes.Length + 3) _text = new char[2 * bytes.Length + 3];
        return new string(_text, 0, _decoder.GetChars(bytes, _text, flush));
    }
}
