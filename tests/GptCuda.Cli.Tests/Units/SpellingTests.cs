using GptCuda.Cli.Parsing;

namespace GptCuda.Cli.Tests.Units;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("seed", "seed", 0)]
    [InlineData("sed", "seed", 1)]
    [InlineData("seeed", "seed", 1)]
    [InlineData("seet", "seed", 1)]
    [InlineData("esed", "seed", 1)]
    [InlineData("top_k", "top-k", 0)]
    [InlineData("TOP-K", "top-k", 0)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_OfKnownPairs_IsTheNumberOfEdits(string a, string b, int expected)
    {
        Assert.Equal(expected, Spelling.Distance(a, b));
        Assert.Equal(expected, Spelling.Distance(b, a));
    }

    [Fact]
    public void Nearest_OfSomethingElse_IsNone() => Assert.Null(Spelling.Nearest("--xyzzy", ["--seed", "--stop", "-n"]));
}
