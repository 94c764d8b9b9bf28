using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary>Which model is loaded, and how.</summary>
public sealed class ModelOptionsTests
{
    private static readonly string[] Greedy = ["--greedy", "-n4", "Call me"];
    private static readonly string Expected = Shell.Run(Greedy).Succeeded().Output;

    [Fact]
    public void DefaultModel_LiesBesideTheExecutable() =>
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(Shell.Executable)!, "models", "tiny", "model.safetensors")));

    [Theory]
    [InlineData("--model")]
    [InlineData("--model_type")]
    public void Folder_IsAModel(string option) =>
        Assert.Equal(Expected, Shell.Run([option, Repository.TinyModel, .. Greedy]).Succeeded().Output);

    [Fact]
    public void Name_IsLookedUpInModelsDir() =>
        Assert.Equal(
            Expected,
            Shell.Run(["--model", "tiny", "--models_dir", Path.Combine(Repository.Root, "models"), .. Greedy]).Succeeded().Output);

    [Fact]
    public void Name_IsLookedUpInTheEnvironmentsFolders_InOrder()
    {
        using var folder = new TemporaryFolder();
        CopyTiny(folder.File("first/124M"));
        CopyTiny(folder.File("cache/gptcuda/355M"));
        CopyTiny(folder.File("home/.cache/gptcuda/openai-community/gpt2"));
        Run(["--model", "124M"], ("GPTCUDA_MODELS", folder.File("first")), ("XDG_CACHE_HOME", folder.File("cache"))).Succeeded();
        Run(["--model", "355M"], ("GPTCUDA_MODELS", null), ("XDG_CACHE_HOME", folder.File("cache"))).Succeeded();
        Run(
            ["--model", "openai-community/gpt2"],
            ("GPTCUDA_MODELS", null),
            ("XDG_CACHE_HOME", null),
            ("HOME", folder.File("home"))).Succeeded();
        // --models_dir comes before the variable.
        Run(["--model", "124M", "--models_dir", folder.File("cache")], ("GPTCUDA_MODELS", folder.File("first"))).Failed(1);

        static CliResult Run(string[] model, params (string Name, string? Value)[] environment) => new CliRun
        {
            Arguments = [.. model, .. Greedy],
            Environment = environment.ToDictionary(item => item.Name, item => item.Value),
        }.Finish();
    }

    [Theory]
    [InlineData("124M")]
    [InlineData("openai-community/gpt2-xl")]
    public void AbsentName_SaysHowToDownloadIt(string name)
    {
        using var folder = new TemporaryFolder();
        Shell.Run(["--model", name, "--models_dir", folder.Path, .. Greedy]).Failed(1, folder.Path, $"gptcuda download {name}");
    }

    [Theory]
    [InlineData("hf-f32")]
    [InlineData("hf-bf16")]
    [InlineData("hf-official")]
    [InlineData("hf-sharded")]
    [InlineData("hf-heads32")]
    [InlineData("openai-tf")]
    public void EveryLayout_WithoutVocabulary_RunsOnIds(string name)
    {
        string folder = Repository.TestData("models", name);
        GoldenCase golden = TinyGolden.Read(Path.Combine(folder, "golden.json"))[2];
        string count = $"-n{golden.GreedyIds.Length}";
        CliResult result = Shell.Run("--model", folder, "--ids", golden.PromptList, "--greedy", count, "--json").Succeeded();
        using JsonDocument line = JsonDocument.Parse(result.Output);
        Assert.Equal(golden.GreedyIds, line.RootElement.GetProperty("ids").Deserialize<int[]>());
        Assert.Equal(JsonValueKind.Null, line.RootElement.GetProperty("text").ValueKind);
        Assert.Equal(
            $"[{string.Join(',', golden.GreedyIds)}]\n",
            Shell.Run("--model", folder, "--ids", golden.PromptList, "--greedy", count).Succeeded().Output);
    }

    [Fact]
    public void TextForAModelWithoutVocabulary_FailsAndSaysIds()
    {
        foreach (string[] command in (string[][])[["generate"], ["score"], ["logits", "--out", Path.GetTempFileName()]])
            Shell.Run([.. command, "--model", Repository.TestData("models", "hf-f32"), "Call me"]).Failed(1, "ids");
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("bf16")]
    [InlineData("f16")]
    [InlineData("int8")]
    public void Dtype_IsTheTypeOfTheWeights(string type)
    {
        CliResult result = Shell.Run([.. Greedy, "--dtype", type, "--stats"]).Succeeded();
        Assert.Matches($"model: .*CPU, .*{type}\n", result.Error);
    }

    [Fact]
    public void Threads_DoNotChangeTheText()
    {
        string[] sampled = ["--seed", "9", "-n", "30", "Call me"];
        CliResult one = Shell.Run([.. sampled, "--threads", "1", "--stats"]).Succeeded();
        Assert.Contains("CPU, 1 thread", one.Error, StringComparison.Ordinal);
        Assert.Equal(one.Output, Shell.Run([.. sampled, "--threads", "3"]).Succeeded().Output);
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:1")]
    public void GpuThatCannotBeUsed_IsAnError(string device) => Shell.Run([.. Greedy, "--device", device]).Failed(1, device);

    [Fact]
    public void DamagedModel_FailsWithItsFile()
    {
        using var folder = new TemporaryFolder();
        CopyTiny(folder.File("model"));
        using (FileStream weights = File.OpenWrite(folder.File("model/model.safetensors")))
            weights.SetLength(1_000_000);
        Shell.Run(["--model", folder.File("model"), .. Greedy]).Failed(1, "model.safetensors");
    }

    [Fact]
    [Trait("Category", "Long")]
    public void Synthetic_IsAModelOfThatSize()
    {
        CliResult result = Shell.Run("--model", "synthetic:124M", "--ids", "21222", "--greedy", "-n", "3").Succeeded();
        int[] expected = TinyGolden.Read(Repository.TestData("synthetic", "124M", "golden.json"))[0].GreedyIds[..3];
        Assert.Equal($"[{string.Join(',', expected)}]\n", result.Output);
    }

    private static void CopyTiny(string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(Repository.TinyModel))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }
}
