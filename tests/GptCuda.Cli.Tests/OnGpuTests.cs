using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary>The folder that <c>eng/on-gpu</c> makes, and what its <c>run</c> does.</summary>
[Trait("Category", "Long")]
public sealed class OnGpuTests : IClassFixture<OnGpuFolder>
{
    private const long MostBytes = 60_000_000;

    private static readonly string[] Steps = ["devices", "selftest", "generate, first", "generate, again", "bench bf16", "bench int8"];

    private readonly OnGpuFolder _folder;

    public OnGpuTests(OnGpuFolder folder) => _folder = folder;

    [Fact]
    public void Folder_HoldsWhatItNeedsAndNoMore()
    {
        string[] files = [.. Names(_folder.Path, _folder.Path)];

        Assert.Equal(
            [
                "LICENSE", "NOTICE.md", "commit", "gptcuda",
                .. Names(Path.Combine(Repository.Root, "kernels"), Repository.Root), .. Names(Repository.TinyModel, Repository.Root),
                "run",
            ],
            files);
        Assert.InRange(files.Sum(file => new FileInfo(Path.Combine(_folder.Path, file)).Length), 10_000_000, MostBytes);

        static IEnumerable<string> Names(string folder, string root) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file))
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Run_WithoutAGpu_TriesEveryStepAndSaysWhatFailed()
    {
        using var place = new TemporaryFolder();
        Dictionary<string, string?> environment = new() { ["GPTCUDA_LIBCUDA"] = "/no/such/libcuda.so.1" };
        CliResult result = Run(place, Path.Combine(_folder.Path, "run"), ["--quick", place.File("result.json")], environment);

        Assert.Equal(1, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(place.File("result.json")));
        JsonElement root = document.RootElement;
        Assert.False(root.GetProperty("success").GetBoolean());
        JsonElement[] steps = StepsOf(root);
        Assert.Equal([0, 1, 1, 1, 1, 1], steps.Select(step => step.GetProperty("exit_code").GetInt32()));
        Assert.Equal(5, root.GetProperty("failed_steps").GetInt32());
        JsonElement selftest = steps[1].GetProperty("output");
        Assert.Equal(5, selftest.GetProperty("passed").GetInt32());
        Assert.Equal(1, selftest.GetProperty("failed").GetInt32());
        Assert.Contains("/no/such/libcuda.so.1", steps[2].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OnTheGpuInSoftware_SucceedsWithTimings()
    {
        using var place = new TemporaryFolder();
        string program = Path.Combine(Repository.Root, "eng", "virtual-gpu");
        // The checks of the GPU in software are what the suite's own tests are for; here they only cost time.
        Dictionary<string, string?> environment = new() { ["GPTCUDA_VIRTUAL_CHECKS"] = "none" };
        CliResult result = Run(place, program, [Path.Combine(_folder.Path, "run"), "--quick"], environment);

        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(place.File("gptcuda-on-gpu.json")));
        JsonElement root = document.RootElement;
        Assert.True(root.GetProperty("success").GetBoolean());
        JsonElement[] steps = StepsOf(root);
        JsonElement selftest = steps[1].GetProperty("output");
        Assert.Contains("(software)", selftest.GetProperty("gpu").GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, selftest.GetProperty("failed").GetInt32());
        foreach (JsonElement step in steps[2..4])
        {
            JsonElement figures = step.GetProperty("figures");
            Assert.Equal(2, figures.GetProperty("prefill_tokens").GetInt32());
            Assert.Equal(2, figures.GetProperty("decode_tokens").GetInt32());
            Assert.True(figures.GetProperty("load_ms").GetDouble() > 0);
            Assert.True(figures.GetProperty("first_token_ms").GetDouble() > 0);
            Assert.Equal(3, step.GetProperty("output").GetProperty("ids").GetArrayLength());
        }
        foreach (JsonElement step in steps[4..])
        {
            JsonElement row = Assert.Single(step.GetProperty("output").GetProperty("rows").EnumerateArray());
            Assert.True(row.GetProperty("tokens_per_second").GetDouble() > 0);
        }
    }

    [Fact]
    public void Folder_ThatIsSomethingElse_IsLeftAlone()
    {
        using var place = new TemporaryFolder();
        place.Write("precious", "text");

        CliResult result = Run(place, Path.Combine(Repository.Root, "eng", "on-gpu"), [place.Path], []);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("text", File.ReadAllText(place.File("precious")));
    }

    private static JsonElement[] StepsOf(JsonElement root)
    {
        JsonElement[] steps = [.. root.GetProperty("steps").EnumerateArray()];
        Assert.Equal(Steps, steps.Select(step => step.GetProperty("step").GetString()));
        return steps;
    }

    /// <summary>Where there is no SDK: neither on the path nor in a variable.</summary>
    private static CliResult Run(TemporaryFolder place, string program, string[] arguments, Dictionary<string, string?> environment)
    {
        environment["DOTNET_ROOT"] = null;
        return new CliRun
        {
            Program = program,
            Arguments = arguments,
            Environment = environment,
            WorkingDirectory = place.Path,
            Limit = TimeSpan.FromMinutes(20),
        }.Finish();
    }
}
