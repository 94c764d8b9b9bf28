using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda compare</c>.</summary>
public sealed class CompareTests
{
    private static readonly string Ids = Repository.TestData("models", "hf-f32");

    [Fact]
    public void ShippedModel_CpuAgainstReference_IsWithin()
    {
        CliResult result = Run(TinyGolden.People.Text!).Succeeded();

        string[] lines = result.Lines;
        Assert.Contains(lines, line => line.StartsWith("cpu f32: CPU", StringComparison.Ordinal));
        Assert.Contains("prompt: 6 tokens", lines);
        Assert.Contains("tolerance: 0.0001 of the largest", result.Output, StringComparison.Ordinal);
        // Embedding, four layers of six points, logits.
        Assert.Equal(26, lines.Count(line => line.TrimEnd().EndsWith(" ok", StringComparison.Ordinal)));
        Assert.Contains("The texts are the same: 32 tokens.", lines);
        Assert.Equal("All 26 points are within tolerance.", lines[^1]);
        Assert.DoesNotContain("\e", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.ErrorLines);
    }

    [Fact]
    public void Json_HasEveryPointInOrderAndTheGoldenText()
    {
        GoldenCase golden = TinyGolden.People;
        CliResult result = Run(golden.Text!, "--json", "-n", $"{golden.GreedyIds.Length}").Succeeded();

        using JsonDocument document = JsonDocument.Parse(Assert.Single(result.Lines));
        JsonElement root = document.RootElement;
        Assert.Equal(
            [
                "first", "second", "prompt_ids", "tolerance", "tolerance_reason", "points", "only_first", "only_second", "first_beyond",
                "greedy", "within",
            ],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal("cpu f32", Side(root.GetProperty("first")));
        Assert.Equal("reference f32", Side(root.GetProperty("second")));
        Assert.Equal(golden.PromptIds, root.GetProperty("prompt_ids").Deserialize<int[]>());
        JsonElement[] points = [.. root.GetProperty("points").EnumerateArray()];
        Assert.Equal(["embedding", "h.0 query", "h.0 key"], points.Take(3).Select(Name));
        Assert.Equal(["h.3 residual after mlp", "logits"], points.TakeLast(2).Select(Name));
        Assert.Equal(
            [
                "point", "layer", "rows", "columns", "max_absolute", "max_relative", "share_of_largest", "nmse", "worst", "tolerance",
                "within",
            ],
            points[1].EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, points[0].GetProperty("layer").ValueKind);
        Assert.Equal(0, points[1].GetProperty("layer").GetInt32());
        foreach (JsonElement point in points.Skip(1))
        {
            Assert.InRange(point.GetProperty("share_of_largest").GetDouble(), double.Epsilon, 1e-4);
            JsonElement worst = point.GetProperty("worst");
            Assert.Equal(
                point.GetProperty("max_absolute").GetDouble(),
                Math.Abs((double)worst.GetProperty("first").GetSingle() - worst.GetProperty("second").GetSingle()),
                1e-12);
        }
        JsonElement greedy = root.GetProperty("greedy");
        Assert.Equal(golden.GreedyIds, greedy.GetProperty("first").Deserialize<int[]>());
        Assert.Equal(golden.GreedyIds, greedy.GetProperty("second").Deserialize<int[]>());
        Assert.Equal(golden.GreedyText, greedy.GetProperty("first_text").GetString());
        Assert.Equal(JsonValueKind.Null, greedy.GetProperty("divergence").ValueKind);
        Assert.True(root.GetProperty("within").GetBoolean());
    }

    [Theory]
    [InlineData("h.2.ln_1.weight", "h.2 query")]
    [InlineData("h.1.ln_2.weight", "h.1 residual after mlp")]
    [InlineData("ln_f.weight", "logits")]
    public void AlteredLayerNorm_IsExitCodeOneAndItsFirstPoint(string tensor, string point)
    {
        using var folder = new TemporaryFolder();
        string altered = AlteredModel.Write(folder.File("altered"), tensor, (Half)2);
        string[] arguments = ["Call me Ishmael.", "--model", altered, "--against-model", Repository.TinyModel, "--against", "cpu"];

        CliResult table = Run(arguments);
        Assert.Equal(1, table.ExitCode);
        Assert.Equal($"gptcuda: --model and --against-model differ beyond tolerance: first at {point}", Assert.Single(table.ErrorLines));
        Assert.StartsWith($"First beyond tolerance: {point}, token ", table.Lines[^1], StringComparison.Ordinal);
        Assert.Contains("The texts part after", table.Output, StringComparison.Ordinal);

        CliResult json = Run([.. arguments, "--json"]);
        Assert.Equal(1, json.ExitCode);
        using JsonDocument document = JsonDocument.Parse(Assert.Single(json.Lines));
        Assert.Equal(point, document.RootElement.GetProperty("first_beyond").GetString());
        Assert.False(document.RootElement.GetProperty("within").GetBoolean());
        JsonElement[] before = [.. document.RootElement.GetProperty("points").EnumerateArray().TakeWhile(item => Name(item) != point)];
        Assert.All(before, item => Assert.Equal(0, item.GetProperty("max_absolute").GetDouble()));
        JsonElement parting = document.RootElement.GetProperty("greedy").GetProperty("divergence");
        foreach (string side in (string[])["first", "second"])
            Assert.True(parting.GetProperty(side).GetProperty("margin").GetDouble() >= 0);
        Assert.NotEqual(
            parting.GetProperty("first").GetProperty("token").GetInt32(), parting.GetProperty("second").GetProperty("token").GetInt32());
    }

    [Fact]
    public void NotANumber_IsNullInJsonAndSaidInTheTable()
    {
        using var folder = new TemporaryFolder();
        string broken = AlteredModel.Write(folder.File("broken"), "h.3.ln_2.bias", Half.NaN);

        CliResult json = Run("--model", broken, "--against-model", Repository.TinyModel, "--json", "Call me");
        Assert.Equal(1, json.ExitCode);
        using JsonDocument document = JsonDocument.Parse(Assert.Single(json.Lines));
        Assert.Equal("h.3 residual after mlp", document.RootElement.GetProperty("first_beyond").GetString());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("greedy").ValueKind);
        JsonElement points = document.RootElement.GetProperty("points");
        JsonElement beyond = points.EnumerateArray().Single(item => Name(item) == "h.3 residual after mlp");
        Assert.Equal(JsonValueKind.Null, beyond.GetProperty("max_absolute").ValueKind);
        Assert.Equal(JsonValueKind.Null, beyond.GetProperty("worst").GetProperty("first").ValueKind);
        Assert.Equal(JsonValueKind.Number, beyond.GetProperty("worst").GetProperty("second").ValueKind);

        CliResult table = Run("--model", broken, "--against-model", Repository.TinyModel, "Call me");
        Assert.Contains("infinite", table.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bf16", "cpu", "f32", 0.02)]
    [InlineData("int8", "reference", "int8", 0.0001)]
    [InlineData("int8", "cpu", "bf16", 0.1)]
    [InlineData("f32", "reference", "f16", 0.005)]
    public void TwoTypes_AreHeldAgainstTheirTolerance(string dtype, string against, string otherDtype, double tolerance)
    {
        string[] arguments = ["Call me Ishmael.", "--dtype", dtype, "--against", against, "--against-dtype", otherDtype, "--json", "-n8"];
        CliResult result = Run(arguments).Succeeded();

        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.Equal($"cpu {dtype}", Side(document.RootElement.GetProperty("first")));
        Assert.Equal($"{against} {otherDtype}", Side(document.RootElement.GetProperty("second")));
        Assert.Equal(tolerance, document.RootElement.GetProperty("tolerance").GetDouble());
        Assert.Equal(8, document.RootElement.GetProperty("greedy").GetProperty("same").GetInt32());
    }

    [Fact]
    public void AgainstDtype_NotGiven_IsThatOfTheFirst()
    {
        using JsonDocument document = JsonDocument.Parse(Run("--dtype", "bf16", "--json", "-n", "0").Succeeded().Output);
        Assert.Equal("reference bf16", Side(document.RootElement.GetProperty("second")));
        // No text was asked for, and the prompt is the command's own.
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("greedy").ValueKind);
        Assert.InRange(document.RootElement.GetProperty("prompt_ids").GetArrayLength(), 8, 64);
    }

    [Fact]
    public void ModelWithoutVocabulary_ComparesIdsAndShowsIds()
    {
        CliResult given = Run("--model", Ids, "--ids", "5,6,7", "-n", "2").Succeeded();
        Assert.Contains("prompt: 3 tokens", given.Lines);
        Assert.Matches(@"\n +\[\d+,\d+\] +\[\d+,\d+\] *\n", given.Output);
        Assert.Contains("prompt: 16 tokens", Run("--model", Ids, "-n", "0").Succeeded().Lines);
        Run("--model", Ids, "Call me").Failed(1, "ids");
    }

    [Fact]
    public void Prompt_IsReadFromStandardInput()
    {
        CliResult result = Shell.RunWithInput($"{TinyGolden.People.Text}\n", "compare", "--device", "cpu", "-n", "0").Succeeded();
        Assert.Contains("prompt: 6 tokens", result.Lines);
    }

    [Fact]
    public void WhatDoesNotServe_SaysWhy()
    {
        Run("--against", "cpu").Failed(2, "--against", "cpu f32");
        Run("--against", "tpu").Failed(2, "--against", "reference, cpu, cuda", "tpu");
        Run("--against-model", "").Failed(2, "--against-model");
        Run("--against-model", "no-such-model").Failed(1, "no-such-model");
        Run("--against-model", Ids).Failed(1, "shape", "vocabulary 4097 and 503");
        Run("--ids", "4097").Failed(2, "4097");
    }

    /// <summary>On the CPU, also where there is a GPU.</summary>
    private static CliResult Run(params string[] arguments) => Shell.Run(["compare", "--device", "cpu", .. arguments]);

    private static string Name(JsonElement point) => point.GetProperty("point").GetString()!;

    private static string Side(JsonElement side) => $"{side.GetProperty("computes").GetString()} {side.GetProperty("dtype").GetString()}";
}
