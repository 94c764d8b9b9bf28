using System.Diagnostics;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;

namespace GptCuda.Cli.Tests;

/// <summary><c>--prompts F.jsonl</c>.</summary>
public sealed class PromptsTests
{
    [Fact]
    public void Lines_WithTheirOwnOptions_AreAnsweredInOrder()
    {
        const string Prompts = """
            {"prompt":"Call me","n":9}
            {"ids":[642,537],"seed":5}
            {"prompt":"","n":1,"id":"of no interest"}
            {"n":2,"seed":18446744073709551615,"prompt":"And God said,"}
            """;
        CliResult result = Shell.RunWithInput(Prompts, "--prompts", "-", "-n", "3", "--seed", "4", "--batch-size", "2").Succeeded();
        (int[] Prompt, int Count)[] expected = [([34, 363, 406], 9), ([642, 537], 3), ([4096], 1), ([417, 633, 603, 11], 2)];
        Assert.Equal(expected.Length, result.Lines.Length);
        foreach (((int[] prompt, int count), string text) in expected.Zip(result.Lines))
        {
            using JsonDocument line = JsonDocument.Parse(text);
            Assert.Equal(prompt, line.RootElement.GetProperty("prompt_ids").Deserialize<int[]>());
            Assert.Equal(count, line.RootElement.GetProperty("ids").GetArrayLength());
        }
        Assert.Equal(result.Lines[0] + "\n", Shell.Run("--json", "-n", "9", "--seed", "4", "Call me").Succeeded().Output);
        Assert.Equal(result.Lines[1] + "\n", Shell.Run("--json", "-n", "3", "--seed", "5", "--ids", "642,537").Succeeded().Output);
    }

    [Fact]
    public void Samples_AreThatManyLinesAPrompt()
    {
        CliResult result = Shell.RunWithInput(
            "{\"prompt\":\"a\"}\r\n{\"prompt\":\"b\"}\r\n", "--prompts", "-", "-n", "1", "--samples", "2").Succeeded();
        Assert.Equal(["[64]", "[64]", "[65]", "[65]"], result.Lines.Select(text =>
        {
            using JsonDocument line = JsonDocument.Parse(text);
            return line.RootElement.GetProperty("prompt_ids").GetRawText();
        }));
    }

    [Fact]
    public async Task PipeThatStaysOpen_IsAnsweredPromptByPrompt()
    {
        using Process process = Shell.Start(new CliRun { Arguments = ["--prompts", "-", "-n", "2", "--greedy", "--device", "cpu"] });
        foreach (int[] prompt in (int[][])[[34, 363, 406], [642, 537], [1]])
        {
            process.StandardInput.WriteLine($"{{\"ids\":[{string.Join(',', prompt)}]}}");
            process.StandardInput.Flush();
            string? answer = await process.StandardOutput.ReadLineAsync().WaitAsync(Shell.Limit);
            using JsonDocument line = JsonDocument.Parse(answer!);
            Assert.Equal(prompt, line.RootElement.GetProperty("prompt_ids").Deserialize<int[]>());
        }
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task CtrlC_WhileWaitingForAPrompt_EndsAtOnce()
    {
        using Process process = Shell.Start(new CliRun { Arguments = ["--prompts", "-", "-n", "2", "--device", "cpu"] });
        Task<byte[]> error = CliRun.ReadAsync(process.StandardError.BaseStream);
        process.StandardInput.WriteLine("""{"prompt":"Call me"}""");
        process.StandardInput.Flush();
        Assert.NotNull(await process.StandardOutput.ReadLineAsync().WaitAsync(Shell.Limit));
        Signals.Interrupt(process.Id);
        Assert.True(process.WaitForExit(Shell.Limit), "the program goes on waiting");
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(process.StandardOutput.ReadToEnd());
        Assert.Empty(await error);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"prompt\":1}")]
    [InlineData("{\"prompt\":\"a\",\"ids\":[1]}")]
    [InlineData("{\"ids\":[1,\"x\"]}")]
    [InlineData("{\"ids\":[4097]}")]
    [InlineData("{\"ids\":[-2]}")]
    [InlineData("{\"prompt\":\"a\",\"n\":0}")]
    [InlineData("{\"prompt\":\"a\",\"seed\":-1}")]
    [InlineData("{\"prompt\":\"\\ud800\"}")]
    [InlineData("{\"prompt\":\"a\"}{\"prompt\":\"b\"}")]
    public void InvalidLine_EndsWithItsNumber_AfterTheAnswersBefore(string invalid)
    {
        CliResult result = Shell.RunWithInput(
            $"{{\"prompt\":\"Call me\"}}\n{invalid}\n{{\"prompt\":\"b\"}}\n", "--prompts", "-", "-n", "1", "--device", "cpu");
        Assert.Equal(1, result.ExitCode);
        Assert.Single(result.Lines);
        Assert.Matches("^gptcuda: standard input line 2: [^\n]+\n$", result.Error);
    }

    [Theory]
    [InlineData("{}", "found neither")]
    [InlineData("{\"prompt\":\"a\",\"ids\":[1]}", "found both")]
    [InlineData("{\"prompt\":\"a\",\"seed\":-1}", "another value of \"seed\"")]
    [InlineData("{\"ids\":[1,{}]}", "another value of \"ids[1]\"")]
    [InlineData("", "the line is empty")]
    public void InvalidLine_SaysWhatIsWrongWithIt(string line, string said) =>
        Shell.RunWithInput(line + "\n", "--prompts", "-", "--device", "cpu").Failed(1, "standard input line 1: ", said);

    [Fact]
    public void EmptyFile_HasNoAnswers() => Assert.Empty(Shell.RunWithInput("", "--prompts", "-").Succeeded().Output);

    [Fact]
    public void MissingFile_Fails() => Shell.Run("--prompts", "/no/such/file").Failed(1, "/no/such/file");
}
