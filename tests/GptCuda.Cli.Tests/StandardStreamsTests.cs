using System.Diagnostics;
using System.Text;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

/// <summary>What goes to standard output and to standard error, in what encoding, and what happens when nobody reads.</summary>
public sealed class StandardStreamsTests
{
    private static readonly string[] Greedy = ["--greedy", "-n", "20", "The people of the United States"];

    [Fact]
    public void Output_OfTheFirstCommand_IsTheContinuationAndNothingElse()
    {
        CliResult result = Shell.Run("--greedy", "-n", "64", TinyGolden.People.Text!).Succeeded();
        Assert.Equal(TinyGolden.People.GreedyText + "\n", result.Output);
    }

    [Fact]
    public void Error_SaysWhatAutoChose()
    {
        Assert.Equal(
            $"gptcuda: device: cpu (the NVIDIA driver cannot be loaded from {Shell.NoDriver} (GPTCUDA_LIBCUDA))\n",
            Shell.Run(Greedy).Succeeded().Error);
        Assert.Empty(Shell.Run([.. Greedy, "--device", "cpu"]).Succeeded().ErrorBytes);
    }

    [Fact]
    public void Stats_GoToStandardError()
    {
        CliResult plain = Shell.Run(Greedy).Succeeded(), counted = Shell.Run([.. Greedy, "--stats"]).Succeeded();
        Assert.Equal(plain.Output, counted.Output);
        foreach (string line in (string[])["cache: 1 sequence, ", "load: ", "time to first token: ", "prefill: 6 tokens, ", "decode: 19 tokens, ", "peak memory: "])
            Assert.Contains(line, counted.Error, StringComparison.Ordinal);
        // Nothing was drawn, so that no seed brings this back.
        Assert.DoesNotContain("seed: ", counted.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "seed: ", Shell.Run("--temperature", "0", "-n", "1", "--stats", "a").Succeeded().Error, StringComparison.Ordinal);
        string drawn = Shell.Run("-n", "1", "--seed", "7", "--stats", "a").Succeeded().Error;
        Assert.Contains("seed: 7\n", drawn, StringComparison.Ordinal);
        Assert.Contains("prefill: 1 token, ", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_IsAllThereIsOnStandardOutput()
    {
        CliResult result = Shell.Run([.. Greedy, "--json", "--stats"]).Succeeded();
        using JsonDocument line = JsonDocument.Parse(Assert.Single(result.Lines));
        Assert.Equal(JsonValueKind.Object, line.RootElement.ValueKind);
    }

    [Fact]
    public void Text_IsUtf8WithoutMark()
    {
        byte[] expected = Encoding.UTF8.GetBytes("héllo 😀\n");
        string ids = Shell.Run("tokenize", "héllo 😀").Succeeded().Output.Trim();
        Assert.Equal(expected, Shell.Run("detokenize", ids).Succeeded().OutputBytes);
    }

    [Theory]
    [InlineData("LC_ALL", "C")]
    [InlineData("LC_ALL", "POSIX")]
    [InlineData("LANG", "de_DE.ISO-8859-1")]
    public void Text_InALocaleOfOtherLetters_IsStillUtf8(string name, string locale)
    {
        CliResult result = new CliRun
        {
            Arguments = ["tokenize", "--jsonl"],
            Input = Encoding.UTF8.GetBytes("{\"text\":\"héllo 😀\"}\n"),
            Environment = { [name] = locale },
        }.Finish().Succeeded();
        Assert.Equal("{\"ids\":[71,127,102,299,78,220,172,253,246,222]}\n", result.Output);
    }

    [Theory]
    [InlineData("LC_ALL", "de_DE.UTF-8")]
    [InlineData("LANG", "de_DE.UTF-8")]
    [InlineData("LC_NUMERIC", "fr_FR.UTF-8")]
    public void Numbers_InALocaleOfCommas_HavePoints(string name, string locale)
    {
        CliResult result = new CliRun
        {
            Arguments = ["score", "It was the best of times", "--json", "--stats"],
            Environment = { [name] = locale },
        }.Finish().Succeeded();
        using JsonDocument line = JsonDocument.Parse(result.Output);
        Assert.True(line.RootElement.GetProperty("perplexity").GetDouble() > 1);
        Assert.Matches(@"load: \d+\.\d ms", result.Error);

        CliRun options = new()
        {
            Arguments = ["Call me", "--temperature", "0.9", "--top-p", "0.5", "-n", "2"],
            Environment = { [name] = locale },
        };
        options.Finish().Succeeded();
    }

    [Fact]
    public void Colour_WhereNobodyLooks_IsNeverWritten()
    {
        foreach (string[] arguments in (string[][])[["info"], ["--help"], [.. Greedy, "--stats"], ["--nonsense"]])
        {
            CliResult result = Shell.Run(arguments);
            Assert.DoesNotContain('\e', result.Output);
            Assert.DoesNotContain('\e', result.Error);
        }
    }

    [Fact]
    public async Task ClosedPipe_EndsQuietly()
    {
        // Without an end of its own within any test's patience: 200 continuations of 500 tokens.
        using Process process = Shell.Start(
            new CliRun { Arguments = ["--samples", "200", "--batch-size", "1", "--device", "cpu", "--ignore-eot", "--json", "Call me"] });
        process.StandardInput.Close();
        Task<byte[]> error = CliRun.ReadAsync(process.StandardError.BaseStream);
        Assert.NotNull(process.StandardOutput.ReadLine());
        process.StandardOutput.Close();
        Assert.True(process.WaitForExit(Shell.Limit), "the program goes on for nobody");
        Assert.Equal(0, process.ExitCode);
        Assert.Empty(await error);
    }

    [Fact]
    public void FullDevice_IsAnErrorOfOneLine()
    {
        if (!File.Exists("/dev/full"))
            return;
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" --device cpu -n 2 'Call me' > /dev/full", Shell.Executable])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Matches("^gptcuda: standard output: [^\n]*space[^\n]*\n$", error);
    }

    [Theory]
    [InlineData("2>&-", "-n 2 'Call me'", 0)]
    [InlineData("2>/dev/full", "-n 2 'Call me'", 0)]
    [InlineData("2>&-", "--nonsense", 2)]
    [InlineData("2>/dev/full", "--nonsense", 2)]
    public void StandardErrorThatCannotBeWritten_ChangesNothingElse(string redirection, string arguments, int exitCode)
    {
        using Process process = Process.Start("/bin/sh", ["-c", $"exec \"$0\" {arguments} >/dev/null {redirection}", Shell.Executable]);
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public void StandardOutputThatIsClosed_IsAnErrorOfOneLine()
    {
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$0\" tokenize a <&- >&-", Shell.Executable])
        { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(1, process.ExitCode);
        Assert.Matches("^gptcuda: standard output: [^\n]+\n$", error);
    }

    [Fact]
    public void TwoPrograms_WritingToOneFile_DoNotOverwriteEachOther()
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "{ \"$0\" tokenize a; \"$0\" tokenize b; } > \"$1\"", Shell.Executable, folder.File("out")]);
        using Process process = Process.Start(start)!;
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal("[64]\n[65]\n", File.ReadAllText(folder.File("out")));
    }

    [Fact]
    public void WorkingDirectory_DoesNotMatter()
    {
        using var folder = new TemporaryFolder();
        CliResult result = new CliRun { Arguments = Greedy, WorkingDirectory = folder.Path }.Finish().Succeeded();
        Assert.Equal(Shell.Run(Greedy).Output, result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
