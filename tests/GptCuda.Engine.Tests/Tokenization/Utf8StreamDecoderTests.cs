using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

public sealed class Utf8StreamDecoderTests
{
    /// <summary>Leads, continuations, overlong forms, surrogates, bytes that never occur: the borders of every range.</summary>
    private static readonly byte[] Interesting =
    [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF,
    ];

    [Fact]
    public void Append_RandomBytesInRandomPieces_EqualsDecodingAtOnce()
    {
        var random = new Random(11);
        var decoder = new Utf8StreamDecoder();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. Enumerable.Range(0, random.Next(0, 16)).Select(_ => Interesting[random.Next(Interesting.Length)])];
            AssertStreams(decoder, bytes, random);
        }
    }

    [Fact]
    public void Append_TextCutAnywhere_EqualsTheText()
    {
        var random = new Random(12);
        var decoder = new Utf8StreamDecoder();
        byte[] text = Encoding.UTF8.GetBytes("naïve 日本語 👍🏽👨\u200D👩\u200D👧 \uFEFF\uFFFD\U0010FFFF end");
        for (int i = 0; i < 500; i++) AssertStreams(decoder, text, random);
    }

    [Fact]
    public void Append_ByteByByte_ShowsWholeCharactersOnly()
    {
        var decoder = new Utf8StreamDecoder();
        byte[] bytes = Encoding.UTF8.GetBytes("é👍");
        Assert.Equal(["", "é", "", "", "", "👍"], bytes.Select(value => decoder.Append([value])));
        Assert.Equal("", decoder.Finish());
    }

    [Theory]
    [InlineData(new byte[] { 0xF0 }, "\uFFFD")]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x91 }, "\uFFFD")]
    [InlineData(new byte[] { 0xE2, 0x82 }, "\uFFFD")]
    [InlineData(new byte[] { 0x61, 0xC3 }, "\uFFFD")]
    public void Finish_HeldBackSequence_IsOneReplacementCharacter(byte[] bytes, string rest)
    {
        var decoder = new Utf8StreamDecoder();
        decoder.Append(bytes);
        Assert.Equal(rest, decoder.Finish());
        Assert.Equal("b", decoder.Append("b"u8));
    }

    /// <summary>The Unicode standard's own example of maximal subparts (table 3-8).</summary>
    [Fact]
    public void Append_UnicodeStandardExample_HasItsReplacements()
    {
        byte[] bytes = [0x61, 0xF1, 0x80, 0x80, 0xE1, 0x80, 0xC2, 0x62, 0x80, 0x63, 0x80, 0xBF, 0x64];
        var decoder = new Utf8StreamDecoder();
        string text = string.Concat(bytes.Select(value => decoder.Append([value]))) + decoder.Finish();
        Assert.Equal("a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd", text);
    }

    private static void AssertStreams(Utf8StreamDecoder decoder, byte[] bytes, Random random)
    {
        var text = new StringBuilder();
        for (int start = 0; start < bytes.Length;)
        {
            int length = random.Next(0, Math.Min(bytes.Length - start, 5) + 1);
            string piece = decoder.Append(bytes.AsSpan(start, length));
            Assert.False(piece.Length > 0 && (char.IsHighSurrogate(piece[^1]) || char.IsLowSurrogate(piece[0])));
            text.Append(piece);
            start += length;
        }
        text.Append(decoder.Finish());
        Assert.Equal(Encoding.UTF8.GetString(bytes), text.ToString());
    }
}
