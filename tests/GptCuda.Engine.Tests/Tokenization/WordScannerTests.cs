using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

/// <summary>Where words end, with vectors of every width.</summary>
[Trait("Category", "Vector")]
public sealed class WordScannerTests
{
    /// <summary>Every length around a vector's, every byte after it, at the end of the text and before it.</summary>
    [Fact]
    public void FindEnd_LettersThenAnyCharacter_StopsAtTheFirstStranger()
    {
        foreach (int letters in new[] { 1, 2, 14, 15, 16, 17, 18, 31, 32, 33, 34, 48 })
        {
            for (char next = '\0'; next < 0x180; next++)
            {
                foreach (string rest in new[] { "", "z", "  and sixteen letters more" })
                {
                    string text = new string('q', letters) + next + rest;
                    int expected = Encoding.UTF8.GetByteCount(PlainTokenizer.Words(text).First());
                    Assert.Equal(expected, WordScanner.FindEnd(Encoding.UTF8.GetBytes(text), 0, final: true));
                }
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("word")]
    [InlineData(" ")]
    [InlineData("   ")]
    [InlineData("'")]
    [InlineData("'r")]
    [InlineData("12")]
    [InlineData(" 日本")]
    public void FindEnd_RunReachesTheEndOfUnfinishedText_NeedsMore(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.Equal(WordScanner.NeedsMore, WordScanner.FindEnd(utf8, 0, final: false));
        Assert.InRange(WordScanner.FindEnd(utf8, 0, final: true), 1, utf8.Length);
    }

    [Theory]
    [InlineData("word ", 4)]
    [InlineData("   x", 2)]
    [InlineData("\u3000\u3000x", 3)]
    [InlineData("'re", 3)]
    [InlineData("'s a", 2)]
    public void FindEnd_UnfinishedTextWithAWholeWord_IsItsEnd(string text, int end) =>
        Assert.Equal(end, WordScanner.FindEnd(Encoding.UTF8.GetBytes(text), 0, final: false));

    [Fact]
    public void ClassOf_WhiteSpace_IsUnicodesList()
    {
        int[] spaces =
            [.. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Where(point => WordScanner.ClassOf(new Rune(point)) == RuneClass.Space)];
        int[] expected =
        [
            0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, .. Enumerable.Range(0x2000, 11), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
        ];
        Assert.Equal(expected, spaces);
    }
}
