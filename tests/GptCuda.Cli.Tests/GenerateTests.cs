using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda [generate]</c> and its options.</summary>
public sealed class GenerateTests
{
    [Fact]
    public void Greedy_ContinuesAsTheGoldenTexts()
    {
        using var folder = new TemporaryFolder();
        // A case whose least margin is within what f32 rounding can turn is left to the tests of the engine.
        string prompts = folder.Write(
            "prompts.jsonl", string.Join('\n', TinyGolden.Cases.Select(golden => JsonSerializer.Serialize(new { prompt = golden.Text }))));
        CliResult result = Shell.Run("--prompts", prompts, "--greedy", "-n", "64").Succeeded();
        Assert.Equal(TinyGolden.Cases.Count, result.Lines.Length);
        foreach ((GoldenCase golden, string line) in TinyGolden.Cases.Zip(result.Lines))
        {
            using JsonDocument sequence = JsonDocument.Parse(line);
            Assert.Equal(golden.PromptIds, Ids(sequence, "prompt_ids"));
            Assert.Equal(golden.GreedyIds, Ids(sequence, "ids"));
            Assert.Equal(golden.GreedyText, Text(sequence));
        }
    }

    [Fact]
    public void Json_HasTheFourPropertiesInOrder()
    {
        CliResult result = Shell.Run("--json", "--greedy", "-n", "5", "Call me").Succeeded();
        Assert.Equal(
            "{\"prompt_ids\":[34,363,406],\"ids\":[11,275,310,389,296],\"text\":\", and I will be\",\"finish\":\"length\"}\n",
            result.Output);
    }

    [Fact]
    public void TemperatureZero_IsGreedy() =>
        Assert.Equal(
            Shell.Run("--greedy", "-n9", "Call me").Succeeded().Output,
            Shell.Run("--temperature", "0", "-n9", "Call me").Succeeded().Output);

    [Fact]
    public void Tokens_NotGiven_GoToTheEndOfTheContext()
    {
        CliResult result = Shell.Run("--json", "--ignore-eot", "--seed", "3", "Call me").Succeeded();
        using JsonDocument line = JsonDocument.Parse(result.Output);
        Assert.Equal(512, Ids(line, "prompt_ids").Length + Ids(line, "ids").Length);
        Assert.Equal("length", Finish(line));
    }

    [Fact]
    public void ContextsEnd_IsLengthWhateverNumberWasAskedFor()
    {
        string model = Repository.TestData("models", "hf-f32");
        GoldenCase golden = TinyGolden.Read(Path.Combine(model, "golden.json"))[^1];
        CliResult result = Shell.Run("--model", model, "--ids", golden.PromptList, "--greedy", "-n", "1000", "--json").Succeeded();
        using JsonDocument line = JsonDocument.Parse(result.Output);
        Assert.Equal(golden.GreedyIds, Ids(line, "ids"));
        Assert.Equal("length", Finish(line));
    }

    [Fact]
    public void Overflow_SlideKeepsTheLastHalf_ErrorNamesBothNumbers()
    {
        string[] prompt = ["--model", Repository.TestData("models", "hf-f32"), "--ids", string.Join(',', Enumerable.Range(0, 100))];
        Shell.Run([.. prompt, "-n1"]).Failed(1, "100", "96");
        Shell.Run([.. prompt, "-n1", "--overflow", "error"]).Failed(1, "100", "96");
        using JsonDocument line = JsonDocument.Parse(Shell.Run([.. prompt, "-n1", "--overflow", "slide", "--json"]).Succeeded().Output);
        Assert.Equal(Enumerable.Range(52, 48), Ids(line, "prompt_ids"));
    }

    [Fact]
    public void Seed_GivesTheSameTextInAnyBatch()
    {
        string[] many = ["--seed", "11", "-n", "12", "--samples", "5", "Call me"];
        string expected = Shell.Run(many).Succeeded().Output;
        Assert.Equal(expected, Shell.Run([.. many, "--batch-size", "2"]).Succeeded().Output);
        string first = Shell.Run("--seed", "11", "-n", "12", "Call me").Succeeded().Output;
        Assert.StartsWith("=== sample 1 of 5 ===\n" + first + "=== sample 2 of 5 ===\n", expected, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3, 4, 5], expected.Split('\n').Where(line => line.StartsWith("=== ", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split(' ')[2])));
    }

    [Fact]
    public void Seed_NotGiven_IsPrintedWithStats_AndGivesTheTextAgain()
    {
        CliResult random = Shell.Run("-n", "20", "--stats", "Call me").Succeeded();
        string seed = Assert.Single(
            random.Error.Split('\n'), line => line.StartsWith("seed: ", StringComparison.Ordinal))["seed: ".Length..];
        Assert.Equal(random.Output, Shell.Run("-n", "20", "--seed", seed, "Call me").Succeeded().Output);
        Assert.DoesNotContain($"seed: {seed}", Shell.Run("-n", "20", "--stats", "Call me").Succeeded().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_UpToTheLargest_AreTaken() => Shell.Run("--seed", "18446744073709551615", "-n1", "Call me").Succeeded();

    [Fact]
    public void Samples_WithJson_AreALineEach()
    {
        CliResult result = Shell.Run("--samples", "3", "-n", "4", "--json", "Call me").Succeeded();
        Assert.Equal(3, result.Lines.Length);
        Assert.All(result.Lines, text =>
        {
            using JsonDocument line = JsonDocument.Parse(text);
            Assert.Equal(4, Ids(line, "ids").Length);
        });
    }

    [Fact]
    public void Stop_EndsBeforeItsText()
    {
        string[] options = ["--greedy", "-n", "64", TinyGolden.People.Text!];
        Assert.Equal(" are the most important of the\n", Shell.Run([.. options, "--stop", "xyz", "--stop", " people"]).Succeeded().Output);
        using JsonDocument line = JsonDocument.Parse(Shell.Run([.. options, "--stop=States.", "--json"]).Succeeded().Output);
        Assert.Equal(" are the most important of the people of the United ", Text(line));
        Assert.Equal("stop", Finish(line));
    }

    [Fact]
    public void EndOfText_EndsTheSequence_UnlessItIsIgnored()
    {
        // Of a model that knows little else: with a temperature this high the token comes before the context ends for some seed.
        string[] options = ["--temperature", "5", "--top-k", "0", "--json", "--samples", "24", "--seed", "1", "Call me"];
        int ended = 0;
        foreach (string text in Shell.Run(options).Succeeded().Lines)
        {
            using JsonDocument line = JsonDocument.Parse(text);
            int[] ids = Ids(line, "ids");
            Assert.DoesNotContain(4096, ids);
            Assert.Equal(ids.Length == 509 ? "length" : "end", Finish(line));
            ended += ids.Length == 509 ? 0 : 1;
        }
        Assert.True(ended > 0, "no sequence ended by itself");
        Assert.All(Shell.Run([.. options, "--ignore-eot"]).Succeeded().Lines, text =>
        {
            using JsonDocument line = JsonDocument.Parse(text);
            Assert.Equal(509, Ids(line, "ids").Length);
        });
    }

    [Fact]
    public void Special_ReadsEndOfTextAsTheToken()
    {
        using JsonDocument special = JsonDocument.Parse(Shell.Run("--special", "--json", "-n1", "a<|endoftext|>b").Succeeded().Output);
        using JsonDocument plain = JsonDocument.Parse(Shell.Run("--json", "-n1", "a<|endoftext|>b").Succeeded().Output);
        Assert.Equal([64, 4096, 65], Ids(special, "prompt_ids"));
        Assert.DoesNotContain(4096, Ids(plain, "prompt_ids"));
    }

    [Fact]
    public void NoPrompt_StartsFromTheEndOfTextToken()
    {
        string[] options = ["--greedy", "-n", "3"];
        string expected = Shell.Run(["--ids", "4096", .. options]).Succeeded().Output;
        Assert.Equal(expected, Shell.Run(options).Succeeded().Output);
        Assert.Equal(expected, Shell.Run([.. options, ""]).Succeeded().Output);
    }

    [Fact]
    public void SamplingOptions_AllTogether_AreTaken()
    {
        foreach (string rule in (string[])["huggingface", "openai"])
        {
            Shell.Run("--temperature", "0.7", "--top-k", "9", "--top-p", "0.8", "--top-p-rule", rule, "--min-p", "0.01",
                "--repetition-penalty", "1.2", "-n", "5", "Call me").Succeeded();
        }
        // One token is left to choose from: each filter alone makes sampling greedy.
        string greedy = Shell.Run("--greedy", "-n", "8", "Call me").Succeeded().Output;
        foreach (string[] filter in (string[][])[["--top-k", "1"], ["--top-p", "1e-6"], ["--min-p", "1"], ["--temperature", "1e-5"]])
            Assert.Equal(greedy, Shell.Run([.. filter, "-n", "8", "Call me"]).Succeeded().Output);
        Assert.NotEqual(
            Shell.Run("--greedy", "-n", "40", "Call me").Succeeded().Output,
            Shell.Run("--greedy", "-n", "40", "--repetition-penalty", "1.5", "Call me").Succeeded().Output);
    }

    private static int[] Ids(JsonDocument line, string name) => line.RootElement.GetProperty(name).Deserialize<int[]>()!;

    private static string? Text(JsonDocument line) => line.RootElement.GetProperty("text").GetString();

    private static string? Finish(JsonDocument line) => line.RootElement.GetProperty("finish").GetString();
}
