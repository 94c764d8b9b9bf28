using System.Text.Json;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

/// <summary>Against ids from OpenAI's encoder.py, tiktoken, and Hugging Face's tokenizers for the shipped model.</summary>
[Trait("Category", "Vector")]
public sealed class TokenizerGoldenTests
{
    [Fact]
    public void Encode_Gpt2Cases_EqualsEncoderPy() => Check(Vocabularies.Gpt2, Repository.TestData("tokenizer", "gpt2.jsonl"), 303);

    [Fact]
    public void Encode_TinyModelCases_EqualsHuggingFace() =>
        Check(Vocabularies.Tiny, Repository.TestData("tiny-golden", "tokenizer.jsonl"), 66);

    [Fact]
    public void EndOfText_OfBothVocabularies_IsTheLastToken()
    {
        Assert.Equal((50257, 50256), (Vocabularies.Gpt2.VocabularySize, Vocabularies.Gpt2.EndOfText));
        Assert.Equal((4097, 4096), (Vocabularies.Tiny.VocabularySize, Vocabularies.Tiny.EndOfText));
    }

    private static void Check(Tokenizer tokenizer, string path, int expectedCases)
    {
        string[] lines = [.. File.ReadLines(path).Where(line => line.Length > 0)];
        Assert.Equal(expectedCases, lines.Length);
        foreach (string line in lines)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            string text = json.RootElement.GetProperty("text").GetString()!;
            int[] ids = [.. json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(text, tokenizer.Decode(ids));
        }
    }
}
