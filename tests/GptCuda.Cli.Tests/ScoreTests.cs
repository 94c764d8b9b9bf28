using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda score</c>.</summary>
public sealed class ScoreTests
{
    [Fact]
    public void Json_HasTheFivePropertiesInOrder_AsTheGoldenPerplexities()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("tiny-golden", "perplexity.json")));
        using var folder = new TemporaryFolder();
        foreach (JsonElement item in golden.RootElement.EnumerateArray().Take(2))
        {
            string file = folder.Write("text", item.GetProperty("text").GetString()!);
            CliResult result = Shell.Run(
                "score", "--file", file, "--stride", item.GetProperty("stride").GetRawText(), "--json").Succeeded();
            using JsonDocument line = JsonDocument.Parse(Assert.Single(result.Lines));
            Assert.Equal(
                ["tokens", "scored", "stride", "mean_nll", "perplexity"],
                line.RootElement.EnumerateObject().Select(property => property.Name));
            foreach (string count in (string[])["tokens", "scored", "stride"])
                Assert.Equal(item.GetProperty(count).GetInt32(), line.RootElement.GetProperty(count).GetInt32());
            double nll = line.RootElement.GetProperty("mean_nll").GetDouble();
            // The reference is float64; f32 arithmetic is to be within 1e-5 of it.
            Assert.Equal(item.GetProperty("mean_nll").GetDouble(), nll, 1e-5);
            Assert.Equal(Math.Exp(nll), line.RootElement.GetProperty("perplexity").GetDouble(), 1e-9);
        }
    }

    [Fact]
    public void Stride_NotGiven_IsHalfTheContext()
    {
        using JsonDocument line = JsonDocument.Parse(Shell.Run("score", "Call me Ishmael.", "--json").Succeeded().Output);
        Assert.Equal(256, line.RootElement.GetProperty("stride").GetInt32());
        Assert.Equal(8, line.RootElement.GetProperty("tokens").GetInt32());
        Assert.Equal(7, line.RootElement.GetProperty("scored").GetInt32());
    }

    [Fact]
    public void Ids_AreScoredLikeTheirText() =>
        Assert.Equal(
            Shell.Run("score", "Call me Ishmael.", "--json").Succeeded().Output,
            Shell.Run("score", "--ids", "34,363,406,716,3799,64,475,13", "--json").Succeeded().Output);

    [Fact]
    public void PlainOutput_SaysTheSameInLines() =>
        Assert.Matches(
            @"^tokens +6\nscored +5\nstride +256\nmean nll +\d+\.\d{6}\nperplexity +\d+\.\d{4}\n$",
            Shell.Run("score", "It was the best of times").Succeeded().Output);

    [Fact]
    public void Perplexity_ThatIsInfinite_IsNullInJson()
    {
        using var folder = new TemporaryFolder();
        // The logits grow with the last LayerNorm's weights, and with them the mean beyond 709.8, whose exponential is no double.
        string model = AlteredModel.Write(folder.File("model"), "ln_f.weight", Half.MaxValue);
        using JsonDocument line = JsonDocument.Parse(Shell.Run("score", "--model", model, "Call me Ishmael.", "--json").Succeeded().Output);
        Assert.InRange(line.RootElement.GetProperty("mean_nll").GetDouble(), 710, double.MaxValue);
        Assert.Equal(JsonValueKind.Null, line.RootElement.GetProperty("perplexity").ValueKind);
        string plain = Shell.Run("score", "--model", model, "Call me Ishmael.").Succeeded().Output;
        Assert.EndsWith("perplexity  Infinity\n", plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a text of 0 tokens cannot")]
    [InlineData("a", "a text of 1 token cannot")]
    public void FewerThanTwoTokens_Fail(string text, string said) => Shell.Run("score", text).Failed(1, said);
}
