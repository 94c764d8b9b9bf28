using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

public sealed class DecodeTests
{
    [Fact]
    public void Decode_NoIds_IsEmpty() => Assert.Equal("", Vocabularies.Gpt2.Decode([]));

    [Fact]
    public void Decode_HalfASequence_IsReplacementCharacter() => Assert.Equal("\uFFFDa", Vocabularies.Gpt2.Decode([447, 64]));

    [Fact]
    public void Decode_EndOfText_IsItsLiteral() => Assert.Equal("a<|endoftext|>", Vocabularies.Gpt2.Decode([64, 50256]));

    [Theory]
    [InlineData(-1)]
    [InlineData(50257)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Decode_IdOutsideTheVocabulary_ThrowsWithValueAndSize(int id)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Vocabularies.Gpt2.Decode([64, id]));
        Assert.Equal(id, error.ActualValue);
        Assert.Contains("50257", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TokenBytes_OfEveryByte_AreAllBytes()
    {
        // OpenAI's vocabulary begins with the 256 bytes, in the order of the characters that stand for them.
        var seen = new HashSet<byte>();
        for (int id = 0; id < 256; id++)
        {
            Assert.Equal(1, Vocabularies.Gpt2.TokenBytes(id).Length);
            seen.Add(Vocabularies.Gpt2.TokenBytes(id)[0]);
        }
        Assert.Equal(256, seen.Count);
        Assert.Equal("Hello", Encoding.UTF8.GetString(Vocabularies.Gpt2.TokenBytes(15496)));
        Assert.Equal(" world", Encoding.UTF8.GetString(Vocabularies.Gpt2.TokenBytes(995)));
    }

    [Fact]
    public void Decode_EveryToken_EncodesToItsBytesAgain()
    {
        for (int id = 0; id < Vocabularies.Gpt2.VocabularySize; id++)
        {
            string text = Vocabularies.Gpt2.Decode([id]);
            if (text.Contains('\uFFFD', StringComparison.Ordinal)) continue;
            Assert.Equal(text, Vocabularies.Gpt2.Decode(Vocabularies.Gpt2.Encode(text)));
        }
    }
}
