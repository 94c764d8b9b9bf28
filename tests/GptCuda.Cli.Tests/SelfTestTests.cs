using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.KernelSuite;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda selftest</c>.</summary>
public sealed class SelfTestTests
{
    /// <summary>On any machine, one without a driver.</summary>
    private static readonly Dictionary<string, string?> NoDriver = new()
    {
        ["GPTCUDA_LIBCUDA"] = "/no/such/libcuda.so.1",
        ["GPTCUDA_MODELS"] = "/no/such/models",
    };

    private static IEnumerable<KernelCheck> Checks => KernelChecks.All.Where(check => !check.IsVariation);

    [Fact]
    public void Page_WithoutAGpu_HasTheCpuPartAndSaysWhyNotMore()
    {
        CliResult result = Run(NoDriver).Succeeded();

        string[] lines = result.Lines;
        foreach (string name in (string[])["gptcuda", "system", "processor", "driver", "NVRTC", "cuBLAS", "set"])
            Assert.Contains(lines, line => line.StartsWith($"{name} ", StringComparison.Ordinal));
        Assert.Matches(@"\nset +GPTCUDA_LIBCUDA=/no/such/libcuda\.so\.1 *\n", result.Output);
        Assert.Matches(@"tiny model, f32: golden logits and text +passed +\d+\.\d\d s +6 prompts, 384 tokens", result.Output);
        Assert.Matches(@"official 124M, f32: OpenAI's text +skipped .* not downloaded: gptcuda download 124M", result.Output);
        Assert.StartsWith("The GPU part was not run: ", lines[^2], StringComparison.Ordinal);
        Assert.Contains("/no/such/libcuda.so.1", lines[^2], StringComparison.Ordinal);
        Assert.Matches(@"^5 checks passed, 1 could not be run, \d+\.\d s\.$", lines[^1]);
        Assert.Empty(result.ErrorBytes);
        // One page.
        Assert.InRange(lines.Length, 10, 60);
    }

    [Fact]
    public void Json_HasTheMachineAndEveryCheck()
    {
        CliResult result = Run([], "--device", "cpu", "--json", "--quick", "--threads", "1").Succeeded();

        using JsonDocument document = JsonDocument.Parse(Assert.Single(result.Lines));
        JsonElement root = document.RootElement;
        Assert.Equal(
            ["version", "success", "passed", "failed", "skipped", "seconds", "system", "cuda", "gpu", "gpu_not_tested", "checks"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.True(root.GetProperty("success").GetBoolean());
        Assert.Equal(
            ["os", "architecture", "dotnet", "cpu", "processors", "vectors", "memory_bytes", "environment"],
            root.GetProperty("system").EnumerateObject().Select(property => property.Name));
        Assert.Equal(Environment.ProcessorCount, root.GetProperty("system").GetProperty("processors").GetInt32());
        Assert.Equal(
            ["driver", "nvrtc", "cublas", "devices", "notices"],
            root.GetProperty("cuda").EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("gpu").ValueKind);
        Assert.Contains("--device cpu", root.GetProperty("gpu_not_tested").GetString(), StringComparison.Ordinal);
        JsonElement[] checks = [.. root.GetProperty("checks").EnumerateArray()];
        Assert.Equal(6, checks.Length);
        Assert.Equal(5, root.GetProperty("passed").GetInt32());
        Assert.Equal(1, root.GetProperty("skipped").GetInt32());
        string[] properties = ["group", "name", "status", "seconds", "detail"];
        Assert.All(checks, check => Assert.Equal(properties, check.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(5, Names(root, "cpu", "passed").Count());
        Assert.All(checks[..5], check => Assert.True(check.GetProperty("seconds").GetDouble() > 0));
        foreach (string type in (string[])["f32", "bf16", "f16", "int8"])
            Assert.Contains(checks, check => check.GetProperty("name").GetString() == $"tiny model, {type}: every point");
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:3")]
    public void GpuThatIsAskedForAndMissing_IsAFailure(string device)
    {
        CliResult result = Run(NoDriver, "--device", device);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("FAILED cuda, device cuda:", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"^gptcuda: selftest: 1 of 6 checks failed, \d+\.\d s\.$", Assert.Single(result.ErrorLines));
    }

    [Theory]
    [InlineData("124M")]
    [InlineData("openai-community/gpt2")]
    public void OfficialModel_ThatSaysSomethingElse_IsAFailure(string name)
    {
        using var folder = new TemporaryFolder();
        string model = folder.File(name);
        Directory.CreateDirectory(model);
        foreach (string file in Directory.GetFiles(Repository.TinyModel))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));

        CliResult result = Run([], "--device", "cpu", "--models_dir", folder.Path);

        Assert.Equal(1, result.ExitCode);
        const string Failure = "FAILED cpu, official 124M, f32: OpenAI's text: expected 'the most powerful machines on the planet.";
        Assert.Contains(Failure, result.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 6 checks failed", result.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoOption_IsAUsageError()
    {
        Shell.Run("selftest", "--device", "gpu").Failed(2, "--device");
        Shell.Run("selftest", "now").Failed(2, "selftest takes no text");
    }

    [Fact]
    [Trait("Category", "Long")]
    public void GpuInSoftware_PassesEveryCheck()
    {
        CliResult result = OnVirtualGpu([], "--quick", "--json", "--device", "cuda").Succeeded();

        using JsonDocument document = JsonDocument.Parse(Assert.Single(result.Lines));
        JsonElement root = document.RootElement;
        Assert.Contains("(software)", root.GetProperty("gpu").GetProperty("name").GetString(), StringComparison.Ordinal);
        string[] kernels = [.. Names(root, "kernels", "passed")];
        Assert.Equal(["libraries", "compilation", .. Checks.Select(check => check.Name)], kernels);
        Assert.Equal(5, Names(root, "cuda", "passed").Count());
        Assert.Equal(0, root.GetProperty("failed").GetInt32());
    }

    /// <summary>A wrong kernel and one that writes beyond its buffer: each fails where it is, and what comes after is still run.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public void GpuInSoftware_AlteredKernels_AreFoundAndStopNothing()
    {
        using var folder = new TemporaryFolder();
        Alter(folder, "layernorm.cu", "gain[i], shift[i])", "gain[i] * 1.01f, shift[i])");
        Alter(folder, "likelihood.cu", "nll[blockIdx.x] =", "nll[blockIdx.x + 4096] =");

        CliResult result = OnVirtualGpu(new() { ["GPTCUDA_KERNELS"] = folder.Path }, "--quick", "--json");

        Assert.Equal(1, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(Assert.Single(result.Lines));
        string[] failed = [.. Names(document.RootElement, "kernels", "failed")];
        Assert.Equal(["layernorm", "likelihood"], failed.Select(name => name.Split(' ', ',')[0]).Distinct());
        Assert.Equal(Checks.Select(check => check.Name).Where(IsLikelihood), failed.Where(IsLikelihood));
        Assert.Contains(Names(document.RootElement, "kernels", "passed"), IsLast);

        static bool IsLikelihood(string name) => name.StartsWith("likelihood", StringComparison.Ordinal);
        static bool IsLast(string name) => name == Checks.Last().Name;
    }

    private static void Alter(TemporaryFolder folder, string file, string sound, string altered)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "kernels", file));
        Assert.Contains(sound, text, StringComparison.Ordinal);
        folder.Write(file, text.Replace(sound, altered, StringComparison.Ordinal));
    }

    private static CliResult Run(Dictionary<string, string?> environment, params string[] options) =>
        new CliRun { Arguments = ["selftest", .. options], Environment = environment }.Finish();

    private static CliResult OnVirtualGpu(Dictionary<string, string?> environment, params string[] options) => new CliRun
    {
        Program = Path.Combine(Repository.Root, "eng", "virtual-gpu"),
        Arguments = [Shell.Executable, "selftest", .. options],
        Environment = environment,
        // The library may have to be built first.
        Limit = TimeSpan.FromMinutes(15),
    }.Finish();

    private static IEnumerable<string> Names(JsonElement root, string group, string status) => root.GetProperty("checks").EnumerateArray()
        .Where(check => check.GetProperty("group").GetString() == group && check.GetProperty("status").GetString() == status)
        .Select(check => check.GetProperty("name").GetString()!);
}
