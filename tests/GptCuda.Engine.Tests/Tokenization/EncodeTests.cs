using System.Buffers;
using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

public sealed class EncodeTests
{
    /// <summary>What the word pattern treats in its own way, and what goes wrong in UTF-16.</summary>
    private static readonly string[] Fragments =
    [
        " ", "  ", "   ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "\u2003", "\u0085", "\u001C", "\u001F", "\u200B", "\uFEFF", "\u180E",
        "\0",
        "'", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'LL", "'r", "'v", "'l", "’", "’s", "''",
        "a", "the", "The", "people", "é", "e\u0301", "\u0301", "ß", "İ", "日本", "한", "שלום", "مرحبا", "हिन्दी", "𝒜", "𠜎", "𐐀",
        "0", "42", "½", "Ⅷ", "٣", "๑", "𝟘", "²", "〇", "一", "👍", "🏽", "\u200D", "👩\u200D👧", "🇫🇷",
        "!", "...", "_", "#", "<|endoftext|>", "\u0378", "\U0010FFFF", "\uFFFD", "\uE000", "=", "\\",
    ];

    [Fact]
    public void Encode_RandomFragments_EqualsPlainTokenizer()
    {
        PlainTokenizer gpt2 = Vocabularies.PlainGpt2(), tiny = Vocabularies.PlainTiny();
        var random = new Random(3);
        for (int i = 0; i < 4000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Fragments[random.Next(Fragments.Length)]));
            AssertEncodes(text, gpt2.Encode(text), Vocabularies.Gpt2);
            AssertEncodes(text, tiny.Encode(text), Vocabularies.Tiny);
        }
    }

    [Fact]
    public void Encode_EveryCodePointBetweenLettersAndSpaces_EqualsPlainTokenizer()
    {
        PlainTokenizer plain = Vocabularies.PlainTiny();
        var text = new StringBuilder();
        int appended = 0;
        // Beyond plane 3 almost nothing is assigned: a sample will do.
        for (int point = 0; point <= 0x10FFFF; point += point < 0x34000 ? 1 : 61)
        {
            if (!Rune.IsValid(point)) continue;
            text.Append("a ").Append(new Rune(point).ToString()).Append('1').Append(new Rune(point).ToString());
            if (++appended % 256 != 0) continue;
            Assert.Equal(plain.Encode(text.ToString()), Vocabularies.Tiny.Encode(text.ToString()));
            text.Clear();
        }
        Assert.Equal(plain.Encode(text.ToString()), Vocabularies.Tiny.Encode(text.ToString()));
    }

    [Fact]
    public void Encode_LoneSurrogate_IsReplacementCharacter()
    {
        // Not inline data: test names are UTF-8, in which these strings do not survive.
        (string Text, string Same)[] cases =
        [
            ("\uD83D", "\uFFFD"), ("\uDC4D", "\uFFFD"), ("a\uDC4D\uD83Db", "a\uFFFD\uFFFDb"), ("\uD83D\uD83D\uDC4D", "\uFFFD👍"),
            (" \uD83D's", " \uFFFD's"),
        ];
        foreach ((string text, string same) in cases) Assert.Equal(Vocabularies.Gpt2.Encode(same), Vocabularies.Gpt2.Encode(text));
    }

    [Theory]
    [InlineData("<|endoftext|>", new[] { 50256 })]
    [InlineData("a<|endoftext|>b", new[] { 64, 50256, 65 })]
    [InlineData("<|endoftext|><|endoftext|>", new[] { 50256, 50256 })]
    [InlineData("a  <|endoftext|> b", new[] { 64, 220, 220, 50256, 275 })]
    [InlineData("<|endoftext|", new[] { 27, 91, 437, 1659, 5239, 91 })]
    public void Encode_SpecialText_HasTheToken(string text, int[] ids) => Assert.Equal(ids, Vocabularies.Gpt2.Encode(text, special: true));

    [Fact]
    public void Encode_SpecialTextNotAskedFor_IsPlainText() =>
        Assert.Equal([27, 91, 437, 1659, 5239, 91, 29], Vocabularies.Gpt2.Encode("<|endoftext|>"));

    /// <summary>Where text is cut into pieces internally must not show, whatever stands across a cut.</summary>
    [Theory]
    [InlineData("a", 1)]
    [InlineData(" ", 1)]
    [InlineData("日", 3)]
    [InlineData("👍", 4)]
    public void Encode_WordAcrossPieces_EqualsShortText(string filler, int size)
    {
        PlainTokenizer plain = Vocabularies.PlainGpt2();
        foreach (string tail in new[] { "it's we'll  x", "   \u3000 y", "'re", "  ", "👍🏽é 日本" })
        {
            for (int shift = -12; shift <= 4; shift++)
            {
                // Short words up to just before the piece's end, then what is to be cut.
                string head = string.Concat(Enumerable.Repeat("word ", 6552)) + string.Concat(
                    Enumerable.Repeat(filler, (12 + shift) / size));
                List<int> expected = plain.Encode(" word " + head[32760..] + tail);
                int[] ids = Vocabularies.Gpt2.Encode(head + tail);
                Assert.Equal(expected, ids[(ids.Length - expected.Count)..]);
                Assert.Equal(head + tail, Vocabularies.Gpt2.Decode(ids));
            }
        }
    }

    [Fact]
    public void Encode_English_EqualsPlainTokenizer()
    {
        string text = Vocabularies.English();
        Assert.Equal(Vocabularies.PlainGpt2().Encode(text), Vocabularies.Gpt2.Encode(text));
        Assert.Equal(Vocabularies.PlainTiny().Encode(text), Vocabularies.Tiny.Encode(text));
    }

    [Fact]
    public void Encode_IntoWriter_AppendsTheSameIds()
    {
        string text = string.Concat(Enumerable.Repeat("Call me Ishmael. It's 1851!\n\n", 5000));
        var ids = new ArrayBufferWriter<int>();
        ids.Write([7]);
        Vocabularies.Gpt2.Encode(text, ids);
        Assert.Equal([7, .. Vocabularies.Gpt2.Encode(text)], ids.WrittenSpan.ToArray());
    }

    [Fact]
    public void Encode_OnSeveralThreads_GivesEachItsOwnIds()
    {
        string[] texts = [.. Fragments.Select((fragment, i) => string.Concat(Enumerable.Repeat(fragment + "word" + i, 200)))];
        int[][] alone = [.. texts.Select(text => Vocabularies.Gpt2.Encode(text))];
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 },
            i => Assert.Equal(alone[i % texts.Length], Vocabularies.Gpt2.Encode(texts[i % texts.Length])));
    }

    /// <summary>Counts what one text of a thousand different words and one of the same word allocate: nothing a word.</summary>
    [Fact]
    public void Encode_IntoWriterWithRoom_AllocatesNothingPerWord()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => $" word{i} antidisestablishmentarianism{i}"));
        var ids = new ArrayBufferWriter<int>(100_000);
        Tokenizer tokenizer = Vocabularies.FreshTiny();
        tokenizer.Encode(text, ids);
        ids.ResetWrittenCount();
        long before = GC.GetAllocatedBytesForCurrentThread();
        tokenizer.Encode(text, ids);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    private static void AssertEncodes(string text, List<int> expected, Tokenizer tokenizer)
    {
        int[] ids = tokenizer.Encode(text);
        Assert.True(expected.SequenceEqual(ids), $"\"{text}\": expected {string.Join(',', expected)}, got {string.Join(',', ids)}");
        Assert.Equal(text, tokenizer.Decode(ids));
    }
}
