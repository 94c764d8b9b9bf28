using System.Diagnostics;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

/// <summary>0, 1, 2 and 130, and what is said with each. Usage errors have their own tests in <see cref="ArgumentsTests"/>.</summary>
public sealed class ExitCodeTests
{
    [Fact]
    public void Success_IsZero() => Assert.Equal(0, Shell.Run("-n", "1", "Call me").ExitCode);

    [Fact]
    public void Failure_IsOneWithOnePlainLine() =>
        Shell.Run("--model", Path.Combine(Path.GetTempPath(), "no-such-model"), "Call me").Failed(1, "no-such-model");

    [Fact]
    public void Verbose_AddsTheTrace()
    {
        CliResult result = Shell.Run("--verbose", "--model", Path.Combine(Path.GetTempPath(), "no-such-model"), "Call me");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.OutputBytes);
        Assert.StartsWith("gptcuda: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("\n   at GptCuda.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void PromptLongerThanTheContext_FailsWithBothNumbers() =>
        Shell.RunWithInput(string.Concat(Enumerable.Repeat("the people ", 600)), "-n", "1").Failed(1, "512");

    [Fact]
    public void CtrlC_KeepsWhatWasGenerated()
    {
        using Process process = Start("--ignore-eot", "--seed", "1", "Call me");
        var first = new char[3];
        process.StandardOutput.ReadBlock(first);
        Signals.Interrupt(process.Id);
        string others = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(130, process.ExitCode);
        string whole = Shell.Run("--ignore-eot", "--seed", "1", "Call me").Succeeded().Output;
        string printed = new string(first) + others;
        Assert.EndsWith("\n", printed, StringComparison.Ordinal);
        Assert.StartsWith(printed[..^1], whole, StringComparison.Ordinal);
        Assert.Empty(process.StandardError.ReadToEnd());
    }

    [Fact]
    public void CtrlC_WithJson_SaysCancelled()
    {
        // The first line shows that it is running; the sequence that it is in then is the one that is cut short.
        using Process process = Start("--ignore-eot", "--json", "--samples", "500", "--batch-size", "1", "Call me");
        string first = process.StandardOutput.ReadLine()!;
        Signals.Interrupt(process.Id);
        string[] lines = [first, .. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(130, process.ExitCode);
        Assert.True(lines.Length < 500);
        string[] finishes = [.. lines.Select(FinishOf)];
        Assert.Equal("cancelled", finishes[^1]);
        Assert.All(finishes[..^1], finish => Assert.Equal("length", finish));
    }

    [Fact]
    public void CtrlC_WhileScoring_PrintsNothing()
    {
        using var folder = new TemporaryFolder();
        string book = folder.Write("book.txt", string.Concat(Enumerable.Repeat("And it came to pass in those days. ", 20_000)));
        using Process process = Start("score", "--file", book, "--stats");
        // A program that has not begun to handle the signal ends with 130 as well.
        Thread.Sleep(1000);
        Signals.Interrupt(process.Id);
        Assert.Empty(process.StandardOutput.ReadToEnd());
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(130, process.ExitCode);
    }

    private static string FinishOf(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("finish").GetString()!;
    }

    private static Process Start(params string[] arguments)
    {
        Process process = Shell.Start(new CliRun { Arguments = [.. arguments, "--device", "cpu"] });
        process.StandardInput.Close();
        return process;
    }
}
