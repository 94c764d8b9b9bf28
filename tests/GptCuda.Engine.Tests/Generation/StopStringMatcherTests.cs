using System.Text;
using GptCuda.Engine.Generation;

namespace GptCuda.Engine.Tests.Generation;

public sealed class StopStringMatcherTests
{
    [Theory]
    [InlineData("xyz|", "one two", "one two|")]
    [InlineData("stop", "please stop now", "please ")]
    [InlineData("aab", "aaaab", "aa")]
    [InlineData("abab", "abaababab", "aba")]
    [InlineData("END|ND", "an END", "an ")]
    [InlineData("\n\n", "a\nb\n\nc", "a\nb")]
    [InlineData("日本", "日日本語", "日")]
    [InlineData("😀", "a😁😀b", "a😁")]
    [InlineData("a", "a", "")]
    public void Append_AnyCuts_GivesTheTextBeforeTheFirstStop(string stops, string text, string expected)
    {
        string[] each = stops.Split('|', StringSplitOptions.RemoveEmptyEntries);
        bool stopping = !expected.EndsWith('|');
        for (int size = 1; size <= text.Length; size++)
        {
            var matcher = new StopStringMatcher(each);
            var given = new StringBuilder();
            for (int at = 0; at < text.Length; at += size)
                given.Append(matcher.Append(text[at..Math.Min(at + size, text.Length)]));
            given.Append(matcher.Finish());

            Assert.Equal(stopping, matcher.Stopped);
            Assert.Equal(expected.TrimEnd('|'), given.ToString());
        }
    }

    [Fact]
    public void Append_BeginningOfAStop_IsHeldUntilItCannotBeOne()
    {
        var matcher = new StopStringMatcher(["<end>", "<|"]);

        Assert.Equal("a ", matcher.Append("a <"));
        Assert.Equal("", matcher.Append("en"));
        Assert.Equal("<en", matcher.Append("<"));
        Assert.Equal("<x", matcher.Append("x"));
        Assert.Equal("", matcher.Append("<"));
        Assert.Equal("<", matcher.Finish());
    }

    [Fact]
    public void Append_ShorterStopInsideALongerOne_EndsAtTheShorter()
    {
        var matcher = new StopStringMatcher(["one two three", "two"]);

        Assert.Equal("", matcher.Append("one "));
        Assert.Equal("one ", matcher.Append("two"));
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void Append_RandomText_AgreesWithSearchingAllOfIt()
    {
        var random = new Random(2);
        for (int round = 0; round < 3000; round++)
        {
            string Letters(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(2))));
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letters(random.Next(1, 7)))];
            string text = Letters(30);
            var matcher = new StopStringMatcher(stops);
            string given = "";
            int at = 0;
            while (at < text.Length && !matcher.Stopped)
            {
                int next = Math.Min(at + random.Next(1, 5), text.Length);
                given += matcher.Append(text[at..next]);
                at = next;
            }
            given += matcher.Finish();

            int[] found = [.. stops.Select(stop => text[..at].IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0)];
            Assert.Equal(found.Length > 0, matcher.Stopped);
            Assert.Equal(found.Length > 0 ? text[..found.Min()] : text, given);
        }
    }
}
