using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary>The unchanged program on the GPU in software, end to end: eng/virtual-gpu gptcuda --device cuda.</summary>
public sealed class SoftwareGpuTests : IDisposable
{
    private const string Prompt = "The people of the United States";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Generate_Greedy_IsTheTextOfTheCpu()
    {
        CliResult gpu = Run("--device", "cuda", "--dtype", "f32", "--greedy", "-n", "12", Prompt).Succeeded();

        Assert.Equal(Shell.Run("--device", "cpu", "--greedy", "-n", "12", Prompt).Succeeded().Output, gpu.Output);
        Assert.Contains("memory on device 0", gpu.Error, StringComparison.Ordinal);
        Assert.Contains("(software)", gpu.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_SampledInABatch_IsTheTextOfTheCpu()
    {
        string[] arguments = ["--seed", "3", "--samples", "3", "-n", "10", "--repetition-penalty", "1.1", "--top-p", "0.9", "--json", Prompt];
        CliResult gpu = Run(["--device", "cuda", "--dtype", "f32", .. arguments]).Succeeded();

        Assert.Equal(Shell.Run(["--device", "cpu", .. arguments]).Succeeded().Output, gpu.Output);
    }

    [Fact]
    public void Generate_KernelFaultsInTheMiddle_PrintsWhatThereIsAndOneLine()
    {
        // From position 9 on the sampling kernel stops the device.
        string kernel = File.ReadAllText(Path.Combine(Repository.Root, "kernels", "sample.cu"));
        const string Place = "const int index = blockIdx.y, thread = threadIdx.x;";
        Assert.Contains(Place, kernel, StringComparison.Ordinal);
        _folder.Write(
            "sample.cu",
            kernel.Replace(Place, Place + "\n  if (position_of[index] == 9) asm volatile(\"trap;\");", StringComparison.Ordinal));
        string whole = Shell.Run("--device", "cpu", "--greedy", "-n", "12", Prompt).Succeeded().Output;

        CliResult gpu = Start(
            ["--device", "cuda", "--dtype", "f32", "--greedy", "-n", "12", Prompt], new() { ["GPTCUDA_KERNELS"] = _folder.Path });

        Assert.Equal(1, gpu.ExitCode);
        // Six tokens of prompt; the one for position 6 comes out of the prompt's logits, 7 to 9 out of steps.
        Assert.StartsWith(gpu.Output.TrimEnd('\n'), whole, StringComparison.Ordinal);
        Assert.NotEqual("", gpu.Output.Trim());
        // The GPU in software adds its own account of the fault.
        string[] lines = [.. gpu.Error.Split('\n').Where(line => line.StartsWith("gptcuda: ", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("gptcuda: memory on device 0", lines[0], StringComparison.Ordinal);
        Assert.Contains("The CUDA context is lost", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda", "bf16", "Tesla T4 (software) has compute capability 7.5 and no bf16 arithmetic, which begins with 8.0: use f16.")]
    [InlineData("cuda:7", "f16", "There is no GPU 7: the driver has 1.")]
    public void Generate_GpuThatCannotBeUsed_SaysWhyInOneLine(string device, string type, string why)
    {
        CliResult gpu = Start(["--device", device, "--dtype", type, "-n", "1", Prompt], new() { ["GPTCUDA_VIRTUAL_DEVICE"] = "T4" });

        Assert.Equal(1, gpu.ExitCode);
        Assert.Equal("", gpu.Output);
        string name = device.Contains(':', StringComparison.Ordinal) ? device : device + ":0";
        Assert.Equal(
            $"gptcuda: device {name} cannot be used: {why} `gptcuda devices` says more of what was looked for and found.\n", gpu.Error);
    }

    [Fact]
    public void Score_OnTheGpu_IsNearTheCpus()
    {
        const string Text = "In the beginning God created the heaven and the earth. And the earth was without form, and void.";
        double Mean(CliResult result)
        {
            using JsonDocument document = JsonDocument.Parse(result.Succeeded().Output);
            return document.RootElement.GetProperty("mean_nll").GetDouble();
        }

        Assert.Equal(
            Mean(Shell.Run("score", "--device", "cpu", "--json", Text)),
            Mean(Run("score", "--device", "cuda", "--dtype", "f32", "--json", Text)), 1e-4);
    }

    [Fact]
    public void Compare_GpuAgainstCpu_IsWithin()
    {
        CliResult result = Run("compare", "--device", "cuda", "--against", "cpu", "-n", "4", "--json", Prompt).Succeeded();

        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.Equal("cuda", document.RootElement.GetProperty("first").GetProperty("computes").GetString());
        Assert.Equal("bf16", document.RootElement.GetProperty("second").GetProperty("dtype").GetString());
        Assert.Equal(26, document.RootElement.GetProperty("points").GetArrayLength());
        Assert.Equal(4, document.RootElement.GetProperty("greedy").GetProperty("same").GetInt32());
    }

    /// <summary>LayerNorm's kernel serves all layers; in this directory it is wrong where the gain is that of one.</summary>
    [Fact]
    public void Compare_LayerNormAlteredInADirectory_NamesItsLayer()
    {
        string model = AlteredModel.Write(_folder.File("model"), "h.2.ln_1.weight", (Half)2);
        string kernel = File.ReadAllText(Path.Combine(Repository.Root, "kernels", "layernorm.cu"));
        const string Place = "gain[i], shift[i])";
        Assert.Contains(Place, kernel, StringComparison.Ordinal);
        _folder.Write(
            "layernorm.cu", kernel.Replace(Place, "gain[i] * (gain[0] == 2.f ? 1.01f : 1.f), shift[i])", StringComparison.Ordinal));

        CliResult result = Start(
            ["compare", "--device", "cuda", "--dtype", "f32", "--against", "cpu", "--model", model, "-n", "0", "--json"],
            new() { ["GPTCUDA_KERNELS"] = _folder.Path });

        Assert.Equal(1, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.Equal("h.2 query", document.RootElement.GetProperty("first_beyond").GetString());
    }

    private static CliResult Run(params string[] arguments) => Start(arguments, []);

    private static CliResult Start(string[] arguments, Dictionary<string, string?> environment) => new CliRun
    {
        Program = Path.Combine(Repository.Root, "eng", "virtual-gpu"),
        Arguments = [Shell.Executable, .. arguments],
        Environment = environment,
        // The library may have to be built first.
        Limit = TimeSpan.FromMinutes(8),
    }.Finish();
}
