using System.Text;
using CommunityToolkit.HighPerformance.Buffers;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Text from bytes that arrive in pieces cut anywhere, as tokens are: a UTF-8 sequence that is not complete yet is held back, so
/// all pieces together are what <see cref="Encoding.UTF8"/> makes of all bytes at once. Invalid bytes become U+FFFD, one for each
/// maximal subpart, as the Unicode standard (section 3.9) and WHATWG's decoder have it. Not for several threads at once.
/// </summary>
public sealed class Utf8StreamDecoder
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Takes the next bytes.</summary>
    /// <param name="bytes">Any number of them, such as <see cref="Tokenizer.TokenBytes"/> gives.</param>
    /// <returns>The text that is complete now; empty where all of it must wait. Never half of a surrogate pair.</returns>
    public string Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>Ends the text: what was held back can no longer become valid.</summary>
    /// <returns>U+FFFD for a held-back sequence, or nothing. The decoder is then as new.</returns>
    public string Finish() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // A byte makes at most one UTF-16 unit; what was held back, three bytes at most, makes at most two more.
        using SpanOwner<char> text = SpanOwner<char>.Allocate(bytes.Length + 3);
        int length = _decoder.GetChars(bytes, text.Span, flush);
        return length == 0 ? "" : new string(text.Span[..length]);
    }
}
