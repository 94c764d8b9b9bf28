using System.Text.Json;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

/// <summary>The two real vocabularies, loaded once, and the plain tokenizers that judge them.</summary>
internal static class Vocabularies
{
    public static string Gpt2Folder { get; } = Repository.TestData("gpt2");

    public static Tokenizer Gpt2 { get; } = Tokenizer.Load(Gpt2Folder);

    public static Tokenizer Tiny { get; } = Tokenizer.Load(Repository.TinyModel);

    /// <summary>A tokenizer that no other test uses at the same time.</summary>
    public static Tokenizer FreshTiny() => Tokenizer.Load(Repository.TinyModel);

    /// <summary>A new one for each caller: its cache is not safe for several threads.</summary>
    public static PlainTokenizer PlainGpt2() => new(Path.Combine(Gpt2Folder, "encoder.json"), Path.Combine(Gpt2Folder, "vocab.bpe"));

    /// <summary>As <see cref="PlainGpt2"/>, of the shipped model.</summary>
    public static PlainTokenizer PlainTiny() =>
        new(Path.Combine(Repository.TinyModel, "vocab.json"), Path.Combine(Repository.TinyModel, "merges.txt"));

    /// <summary>English prose: the documents of the perplexity cases, one after another.</summary>
    public static string English()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("tiny-golden", "perplexity.json")));
        return string.Join('\n', cases.RootElement.EnumerateArray().Select(document => document.GetProperty("text").GetString()));
    }
}
