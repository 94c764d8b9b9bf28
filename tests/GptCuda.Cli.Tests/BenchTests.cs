using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using GptCuda.Cli.Bench;
using GptCuda.Cli.Output;
using GptCuda.Cli.Tests.Running;
using GptCuda.Engine;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda bench</c>, on the shipped model and with as few passes as will do.</summary>
public sealed class BenchTests
{
    private static readonly string[] Short = ["--model", Repository.TinyModel, "--samples", "2", "--steps", "3", "--warmup", "1"];

    [Fact]
    public void Json_HasARowForEveryCombination_WithItsShareOfTheLimits()
    {
        using JsonDocument line = Run("--json", "--dtype", "f32,int8", "--threads", "1,2", "--prompt", "32", "--batch", "1,3");
        JsonElement[] rows = [.. line.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Equal(2 * 2 * 3, rows.Length);
        Assert.Equal(rows.Length, rows.Select(row => $"{row.GetProperty("dtype")} {row.GetProperty("threads")} {row.GetProperty("tokens")} {row.GetProperty("batch")}").Distinct().Count());
        Dictionary<int, JsonElement> limits = line.RootElement.GetProperty("limits").EnumerateArray().ToDictionary(
            limit => limit.GetProperty("threads").GetInt32());
        foreach (JsonElement row in rows)
        {
            double median = row.GetProperty("median_ms").GetDouble(), tokens = row.GetProperty("tokens").GetInt32() * row.GetProperty("batch").GetInt32();
            Assert.Equal(tokens / median * 1e3, row.GetProperty("tokens_per_second").GetDouble(), 1e-9 * tokens / median * 1e3);
            Assert.InRange(median, row.GetProperty("best_ms").GetDouble(), row.GetProperty("p95_ms").GetDouble());
            JsonElement limit = limits[row.GetProperty("threads").GetInt32()];
            foreach ((string share, string rate) in (ReadOnlySpan<(string, string)>)[("read_share", "bytes_per_second"), ("fma_share", "flops_per_second")])
            {
                double expected = row.GetProperty(rate).GetDouble() / limit.GetProperty(rate).GetDouble();
                Assert.True(expected > 0);
                Assert.Equal(expected, row.GetProperty(share).GetDouble(), 1e-9 * expected);
            }
        }
    }

    [Fact]
    public void Csv_HasTheSameColumnsInEveryLine()
    {
        string[] lines = Shell.Run(["bench", "--csv", "--dtype", "bf16", "--threads", "1", "--prompt", "8", "--batch", "2", "--depth", "0,16", .. Short]).Succeeded().Lines;
        Assert.Equal(1 + (2 * 2), lines.Length);
        // The description alone has commas, and is quoted for it.
        string[][] cells = [.. lines.Select(line => Regex.Replace(line, "\"[^\"]*\"", "description").Split(','))];
        int tokens = Array.IndexOf(cells[0], "tokens_per_second");
        Assert.All(cells, line => Assert.Equal(cells[0].Length, line.Length));
        Assert.All(cells[1..], line => Assert.True(double.Parse(line[tokens], CultureInfo.InvariantCulture) > 0));
        Assert.Equal(["0", "0", "16", "16"], cells[1..].Select(line => line[Array.IndexOf(cells[0], "depth")]));
    }

    [Fact]
    public void Table_NamesLimitsAndPasses()
    {
        string table = Shell.Run(["bench", "--dtype", "f32", "--threads", "1", "--prompt", "16", "--batch", "2", .. Short]).Succeeded().Output;
        foreach (string text in (string[])["cpu, 1 thread: reads", "prefill 16", "decode x 2", "tokens/s", "of read", "of FMA"])
            Assert.Contains(text, table, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_TwoReports_GivesRatiosOfTheirCommonCases()
    {
        using var folder = new TemporaryFolder();
        string before = Path.Combine(folder.Path, "before.json"), after = Path.Combine(folder.Path, "after.json");
        File.WriteAllText(before, Report(("f32", 10, 0.25), ("bf16", 20, 0.5)));
        File.WriteAllText(after, Report(("bf16", 30, 0.75), ("int8", 40, 0.5)));

        using JsonDocument rows = JsonDocument.Parse(Shell.Run("bench", "--compare", before, after, "--json").Succeeded().Output);
        JsonElement row = Assert.Single(rows.RootElement.EnumerateArray());
        Assert.Equal("bf16", row.GetProperty("dtype").GetString());
        Assert.Equal(1.5, row.GetProperty("ratio").GetDouble());
        Assert.Equal(0.75, row.GetProperty("share_after").GetDouble());
        string table = Shell.Run("bench", "--compare", before, after).Succeeded().Output;
        Assert.Contains("1.50", table, StringComparison.Ordinal);
        Assert.Contains("75 %", table, StringComparison.Ordinal);
        Assert.Equal(2, Shell.Run("bench", "--compare", before, after, "--csv").Succeeded().Lines.Length);
    }

    [Fact]
    public void WrongUse_SaysWhatIsExpected()
    {
        Shell.Run("bench", "--dtype", "f32,f64").Failed(2, "--dtype", "f32,f64", "bf16");
        Shell.Run("bench", "--threads", "0").Failed(2, "--threads", "1 to 1024");
        Shell.Run("bench", "--prompt", "0", "--batch", "0").Failed(2, "nothing to measure");
        Shell.Run(["bench", "--prompt", "513", .. Short]).Failed(2, "513", "512");
        Shell.Run("bench", "--json", "--csv").Failed(2, "--json");
        Shell.Run("bench", "--compare", "only-one.json").Failed(2, "two files");
        Shell.Run("bench", "file.json").Failed(2, "--compare");
        Shell.Run("bench", "--compare", Readme, Readme).Failed(1, "README.md", "bench --json");
    }

    [Fact]
    public void SampleTimes_EvenAndOddCounts_GiveMedianAndNearestRank()
    {
        Assert.Equal(2.5, new SampleTimes([4, 1, 3, 2]).Median);
        Assert.Equal(2, new SampleTimes([3, 2, 1]).Median);
        Assert.Equal(19, new SampleTimes(Enumerable.Range(1, 20).Select(i => (double)i)).Percentile95);
        Assert.Equal(7, new SampleTimes([7]).Percentile95);
    }

    [Fact]
    public void WorkCost_OfASmallShape_IsWhatCountingByHandGives()
    {
        // Width 4, one head, inner 8, two layers, vocabulary 10. A decode step at position 2 sees 3 positions.
        var shape = new GptConfiguration { VocabularySize = 10, ContextLength = 8, Width = 4, HeadCount = 1, LayerCount = 2, InnerSize = 8 };
        const int Block = (4 * 12) + (4 * 4) + (4 * 8) + (8 * 4), Vectors = 2 * (12 + 4 + 8 + 4 + (4 * 4)) + 8;
        var cost = WorkCost.Of(shape, ElementType.BF16, ElementType.F32, tokens: 1, batch: 1, position: 2);
        Assert.Equal((2 * Block) + (4 * 10) + (2 * 2 * 4 * 3), cost.Flops / 2);
        // 2 positions read, 1 written and read again: 4 rows of 4 keys and 4 values in 2 layers.
        Assert.Equal((((2 * Block) + 40) * 2) + (4 * Vectors) + (4 * 2 * 4 * 2 * 4) + 40, cost.Bytes);
    }

    private static string Readme => Path.Combine(Repository.Root, "README.md");

    private static JsonDocument Run(params string[] arguments) =>
        JsonDocument.Parse(Assert.Single(Shell.Run(["bench", .. arguments, .. Short]).Succeeded().Lines));

    private static string Report(params (string Dtype, double TokensPerSecond, double ReadShare)[] rows) => JsonSerializer.Serialize(
        new BenchReport("1", "m", null, 2, "r", "s", DateTime.UnixEpoch, null, null, [], [.. rows.Select(row => new BenchRow(
            "cpu", "d", row.Dtype, 1, BenchCase.Decode, 1, 1, 0, 5, 1, 1, 1, row.TokensPerSecond, 1, row.ReadShare, 1, 0.1))]),
        CliJson.Default.BenchReport);
}
