using System.Diagnostics;
using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

/// <summary>Words whose length decides how they are merged, and words of a megabyte.</summary>
public sealed class WordMergerTests
{
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1000)]
    public void Encode_WordOfLength_EqualsPlainTokenizer(int length)
    {
        var random = new Random(length);
        PlainTokenizer plain = Vocabularies.PlainGpt2();
        foreach (string alphabet in new[] { "a", "ab", "eath", "abcdefghijklmnopqrstuvwxyz", "-", "=-", "日本語", "0123456789" })
        {
            for (int repeat = 0; repeat < (length < 1000 ? 5 : 1); repeat++)
            {
                string word = string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]));
                Assert.Equal(plain.Encode(word), Vocabularies.Gpt2.Encode(word));
            }
        }
    }

    /// <summary>
    /// Rules that learning would never give: one made of another's product comes before it. encoder.py applies a rule everywhere
    /// before it looks for the next, and this shows.
    /// </summary>
    [Fact]
    public void Encode_RulesOutOfOrder_EqualsPlainTokenizer()
    {
        using var folder = new VocabularyFolder(
            ["ab", "aba", "abab", "ba", "bab", "bb", "aa", "aab"],
            ["ab a", "ab ab", "a b", "b a", "ba b", "a a", "a ab", "b b"]);
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        PlainTokenizer plain = folder.Plain();
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            int length = i % 2 == 0 ? random.Next(1, 40) : random.Next(129, 200);
            string word = string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(2))));
            Assert.Equal(plain.Encode(word), tokenizer.Encode(word));
        }
    }

    /// <summary>Half a second on an idle core; a quadratic merger takes hours.</summary>
    [Theory]
    [InlineData('a')]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('=')]
    [InlineData('\'')]
    [InlineData('0')]
    public void Encode_MegabyteOfOneCharacter_TakesSeconds(char character)
    {
        string text = new(character, Megabyte);
        var watch = Stopwatch.StartNew();
        int[] ids = Vocabularies.Gpt2.Encode(text);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
        Assert.Equal(text, Vocabularies.Gpt2.Decode(ids));
        // Merging is the same at both ends of a run: a thousand characters give the same ids a thousand times over.
        Assert.Equal(Vocabularies.PlainGpt2().Encode(text[..1024]), ids[..(ids.Length / 1024)]);
    }

    [Fact]
    public void Encode_MegabyteOfRandomLetters_TakesSeconds()
    {
        var random = new Random(9);
        var text = new StringBuilder(Megabyte);
        while (text.Length < Megabyte) text.Append((char)('a' + random.Next(26)));
        var watch = Stopwatch.StartNew();
        int[] ids = Vocabularies.Gpt2.Encode(text.ToString());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
        Assert.Equal(text.ToString(), Vocabularies.Gpt2.Decode(ids));
    }
}
