using System.Diagnostics;
using System.Text;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

/// <summary>When standard input is read, and what of it.</summary>
public sealed class StandardInputTests
{
    private static readonly string Expected = Shell.Run("--greedy", "-n4", "Call me").Succeeded().Output;

    [Theory]
    [InlineData("Call me")]
    [InlineData("Call me\n")]
    [InlineData("Call me\r\n")]
    [InlineData("\uFEFFCall me\n")]
    public void PipedPrompt_LosesOneFinalNewline(string input)
    {
        Assert.Equal(Expected, Shell.RunWithInput(input, "--greedy", "-n4").Succeeded().Output);
        Assert.Equal(Expected, Shell.RunWithInput(input, "-", "--greedy", "-n4").Succeeded().Output);
        Assert.Equal(Expected, Shell.RunWithInput(input, "--greedy", "-n4", "--file", "-").Succeeded().Output);
    }

    [Fact]
    public void PipedPrompt_KeepsOtherNewlines() =>
        Assert.Equal("[198,198]\n", Shell.RunWithInput("\n\n\n", "tokenize").Succeeded().Output);

    [Theory]
    [InlineData("Call me", "--greedy", "-n4")]
    [InlineData("--prompt", "Call me", "--greedy", "-n4")]
    [InlineData("--ids", "34,363,406", "--greedy", "-n4")]
    public void Input_WhereAPromptIsGiven_IsNotRead(params string[] arguments)
    {
        // The input never ends: a program that read it would not end either.
        CliResult result = new CliRun { Arguments = arguments, KeepInputOpen = true }.Finish().Succeeded();
        Assert.Equal(Expected, result.Output);
    }

    [Fact]
    public void Input_WhereAFileIsGiven_IsNotRead()
    {
        using var folder = new TemporaryFolder();
        string prompt = folder.Write("prompt.txt", "Call me");
        string prompts = folder.Write("prompts.jsonl", "{\"prompt\":\"Call me\",\"n\":4}");
        foreach (string option in (string[])["--file", "--prompt-file"])
        {
            CliResult file = new CliRun { Arguments = [option, prompt, "--greedy", "-n4"], KeepInputOpen = true }.Finish().Succeeded();
            Assert.Equal(Expected, file.Output);
        }
        CliResult many = new CliRun { Arguments = ["--prompts", prompts, "--greedy"], KeepInputOpen = true }.Finish().Succeeded();
        using JsonDocument line = JsonDocument.Parse(many.Output);
        Assert.Equal(Expected, line.RootElement.GetProperty("text").GetString() + "\n");
    }

    [Fact]
    public void File_KeepsItsFinalNewline()
    {
        using var folder = new TemporaryFolder();
        string ids = Shell.Run("tokenize", "--file", folder.Write("text", "a\n")).Succeeded().Output;
        Assert.Equal("[64,198]\n", ids);
    }

    [Fact]
    public void EmptyInput_IsAnEmptyPrompt()
    {
        CliResult empty = Shell.RunWithInput("", "--json", "-n1", "--greedy").Succeeded();
        Assert.Equal(Shell.Run("", "--json", "-n1", "--greedy").Succeeded().Output, empty.Output);
        using JsonDocument line = JsonDocument.Parse(empty.Output);
        Assert.Equal([4096], line.RootElement.GetProperty("prompt_ids").Deserialize<int[]>()!);
    }

    [Theory]
    [InlineData("-n 1 --greedy --json", 0, "\"prompt_ids\":[4096]")]
    [InlineData("-n 1 --greedy -", 1, "gptcuda: standard input is closed")]
    [InlineData("--prompts -", 1, "gptcuda: standard input is closed")]
    [InlineData("interactive", 1, "gptcuda: standard input is closed")]
    [InlineData("score", 2, "gptcuda: score needs a text")]
    [InlineData("detokenize", 2, "gptcuda: detokenize needs ids")]
    public async Task ClosedInput_IsNeverWaitedFor(string arguments, int exitCode, string said)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$0\" {arguments} <&- 2>&1", Shell.Executable])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<byte[]> output = CliRun.ReadAsync(process.StandardOutput.BaseStream);
        bool ended = process.WaitForExit(Shell.Limit);
        if (!ended)
            process.Kill();
        Assert.True(ended, "the program waits for what is closed");
        Assert.Contains(said, Encoding.UTF8.GetString(await output), StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public void InputThatIsNotUtf8_FailsWithItsPlace() =>
        new CliRun { Arguments = ["tokenize"], Input = [0x61, 0x62, 0xFF, 0x63] }.Finish().Failed(1, "standard input", "byte 2");

    [Fact]
    public void MissingFile_FailsWithItsName() => Shell.Run("--file", "/no/such/file").Failed(1, "/no/such/file");

    [Fact]
    public void DirectoryAsFile_FailsWithItsName() => Shell.Run("--file", Path.GetTempPath()).Failed(1, Path.GetTempPath(), "directory");
}
