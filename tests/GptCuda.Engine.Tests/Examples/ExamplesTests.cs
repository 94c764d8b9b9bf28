using System.Diagnostics;
using System.Globalization;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Examples;

/// <summary>The programs in examples/ as a user runs them, each in a process of its own.</summary>
public sealed class ExamplesTests
{
    [Fact]
    public async Task Continue_TinyModel_PrintsPromptAndContinuation()
    {
        using var model = GptModel.Load(Repository.TinyModel, new ModelOptions { Slots = 1 });
        var expected = await model.CompleteAsync("Call me", new() { MaxTokens = 60, Seed = 1, StopStrings = ["\n\n"] });

        var (exitCode, output, errors) = Run("Continue", Repository.TinyModel, "Call me");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal($"Call me{expected.Text}{Environment.NewLine}", output);
    }

    [Fact]
    public void BestOf_TinyModel_PrintsLikeliestFirst()
    {
        var (exitCode, output, errors) = Run("BestOf", Repository.TinyModel, "And God said,", "5");

        Assert.Equal((0, ""), (exitCode, errors));
        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.Equal(5, lines.Distinct().Count());
        Assert.All(lines, line => Assert.StartsWith("  And God said,", line[8..], StringComparison.Ordinal));
        double[] perplexities = [.. lines.Select(line => double.Parse(line.AsSpan(0, 8), CultureInfo.InvariantCulture))];
        Assert.Equal(perplexities.Order(), perplexities);
        Assert.All(perplexities, perplexity => Assert.InRange(perplexity, 1, 4097));
    }

    [Theory]
    [InlineData("Continue")]
    [InlineData("BestOf")]
    public void Example_NoArguments_PrintsUsage(string example)
    {
        var (exitCode, output, errors) = Run(example);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith($"usage: {example} MODEL", errors, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Output, string Errors) Run(string example, params string[] arguments)
    {
        // Built as a reference of this project, so it lies beside this assembly.
        string program = Path.Combine(AppContext.BaseDirectory, $"{example}.dll");
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        using var process = Process.Start(new ProcessStartInfo(host, [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
