using System.Diagnostics;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda tokenize</c> and <c>gptcuda detokenize</c>.</summary>
public sealed class VocabularyCommandsTests
{
    [Fact]
    public void Tokenize_PrintsAJsonArray() =>
        Assert.Equal("[34,363,406,716,3799,64,475,13]\n", Shell.Run("tokenize", "Call me Ishmael.").Succeeded().Output);

    [Theory]
    [InlineData("34,363,406")]
    [InlineData("[34,363,406]")]
    [InlineData("[34, 363, 406]")]
    [InlineData("34", "363", "406")]
    [InlineData("--ids", "34,363,406")]
    [InlineData("34 ,363\t406")]
    public void Detokenize_PrintsTheText(params string[] ids) =>
        Assert.Equal("Call me\n", Shell.Run(["detokenize", .. ids]).Succeeded().Output);

    [Fact]
    public void EmptyText_IsNoIds()
    {
        Assert.Equal("[]\n", Shell.Run("tokenize", "").Succeeded().Output);
        Assert.Equal("\n", Shell.Run("detokenize", "[]").Succeeded().Output);
    }

    [Fact]
    public void Jsonl_OfTheGoldenCases_IsExactBothWays()
    {
        string[] cases = File.ReadAllLines(Repository.TestData("tiny-golden", "tokenizer.jsonl"));
        using var folder = new TemporaryFolder();
        string texts = folder.Write("texts.jsonl", string.Join('\n', cases) + "\n");
        CliResult ids = Shell.Run("tokenize", "--jsonl", "--file", texts).Succeeded();
        Assert.Equal(cases.Length, ids.Lines.Length);
        CliResult back = Shell.RunWithInput(ids.Output, "detokenize", "--jsonl").Succeeded();
        foreach (((string golden, string idsLine), string textLine) in cases.Zip(ids.Lines).Zip(back.Lines))
        {
            using JsonDocument expected = JsonDocument.Parse(golden), actual = JsonDocument.Parse(idsLine),
                text = JsonDocument.Parse(textLine);
            Assert.Equal(["ids"], actual.RootElement.EnumerateObject().Select(property => property.Name));
            Assert.Equal(
                expected.RootElement.GetProperty("ids").Deserialize<int[]>(), actual.RootElement.GetProperty("ids").Deserialize<int[]>());
            Assert.Equal(expected.RootElement.GetProperty("text").GetString(), text.RootElement.GetProperty("text").GetString());
        }
    }

    [Theory]
    [InlineData("tokenize", "{\"text\":\"a\"}", "[\"a\"]")]
    [InlineData("tokenize", "{\"text\":\"a\"}", "{\"txt\":\"a\"}")]
    [InlineData("tokenize", "{\"text\":\"a\"}", "{\"text\":null}")]
    [InlineData("tokenize", "{\"text\":\"a\"}", "{\"text\":1}")]
    [InlineData("tokenize", "{\"text\":\"a\"}", "{\"text\":\"a\"")]
    [InlineData("tokenize", "{\"text\":\"a\"}", "")]
    [InlineData("detokenize", "{\"ids\":[64]}", "{\"ids\":[64,\"x\"]}")]
    [InlineData("detokenize", "{\"ids\":[64]}", "{\"ids\":[4097]}")]
    [InlineData("detokenize", "{\"ids\":[64]}", "{\"ids\":[-1]}")]
    [InlineData("detokenize", "{\"ids\":[64]}", "{\"ids\":[1.5]}")]
    public void Jsonl_InvalidLine_EndsItWithItsNumber(string command, string valid, string invalid)
    {
        CliResult result = Shell.RunWithInput($"{valid}\n{valid}\n{invalid}\n{valid}\n", command, "--jsonl");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.Lines.Length);
        Assert.Matches("^gptcuda: standard input line 3: [^\n]+\n$", result.Error);
    }

    [Theory]
    [InlineData("tokenize", "", "line 1: the line is empty, expected {\"text\":\"..\"}")]
    [InlineData("tokenize", " \t", "line 1: the line is empty, expected {\"text\":\"..\"}")]
    [InlineData("tokenize", "{\"txt\":\"a\"}", "found no \"text\" in {\"txt\":\"a\"}")]
    [InlineData("tokenize", "{\"text\":[1]}", "found another value of \"text\" in {\"text\":[1]}")]
    [InlineData("tokenize", "{\"text\":\"a\"", "found no JSON at byte 11 in {\"text\":\"a\"")]
    [InlineData("tokenize", "\e]0;title\u0007", "\\u001b]0;title\\u0007")]
    [InlineData("detokenize", "{\"ids\":[1,\"x\"]}", "found another value of \"ids[1]\" in {\"ids\":[1,\"x\"]}")]
    [InlineData("detokenize", "{\"ids\":[99999999999]}", "found another value of \"ids[0]\"")]
    [InlineData("detokenize", "{\"text\":\"a\"}", "expected {\"ids\":[..]}, found no \"ids\" in {\"text\":\"a\"}")]
    public void Jsonl_InvalidLine_SaysWhatIsWrongWithIt(string command, string line, string said) =>
        Shell.RunWithInput(line + "\n", command, "--jsonl").Failed(1, said);

    [Theory]
    [InlineData(4097)]
    [InlineData(-1)]
    public void Jsonl_IdOutsideTheVocabulary_SaysTheRangeAndNoMore(int id) =>
        Assert.Equal(
            $"gptcuda: standard input line 1: token id {id} is outside the vocabulary: expected 0 to 4096\n",
            Shell.RunWithInput($"{{\"ids\":[64,{id}]}}\n", "detokenize", "--jsonl").Failed(1).Error);

    [Fact]
    public void Jsonl_LineThatIsNotUtf8_SaysWhere() =>
        new CliRun { Arguments = ["tokenize", "--jsonl"], Input = [.. "{\"text\":\"a"u8, 0xC3, 0x28, .. "\"}\n"u8] }
            .Finish().Failed(1, "standard input line 1: not UTF-8 at byte 10 of the line");

    [Fact]
    public async Task Jsonl_AnswersALineBeforeTheNextComes()
    {
        using Process process = Shell.Start(new CliRun { Arguments = ["tokenize", "--jsonl"] });
        for (int i = 0; i < 3; i++)
        {
            process.StandardInput.Write("{\"text\":\"a\"}\n");
            process.StandardInput.Flush();
            Assert.Equal("{\"ids\":[64]}", await process.StandardOutput.ReadLineAsync().WaitAsync(Shell.Limit));
        }
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(Shell.Limit));
    }

    [Fact]
    public void Special_IsTheTokenOnlyWhenAskedFor()
    {
        Assert.Equal("[4096]\n", Shell.Run("tokenize", "--special", "<|endoftext|>").Succeeded().Output);
        Assert.DoesNotContain("4096", Shell.Run("tokenize", "<|endoftext|>").Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void FolderOfVocabularyFilesAlone_IsEnough()
    {
        string folder = Repository.TestData("gpt2");
        Assert.Equal("[15496,995]\n", Shell.Run("tokenize", "--model", folder, "Hello world").Succeeded().Output);
        Assert.Equal("Hello world\n", Shell.Run("detokenize", "--model", folder, "15496,995").Succeeded().Output);
    }

    [Fact]
    public void ModelWithoutVocabulary_Fails()
    {
        string model = Repository.TestData("models", "hf-f32"), said = $"{model} has no vocabulary files: ";
        Shell.Run("tokenize", "--model", model, "a").Failed(1, said, "tokenize needs vocab.json");
        Shell.Run("detokenize", "--model", model, "1").Failed(1, said, "detokenize needs vocab.json");
        Shell.Run("tokenize", "--model", "synthetic:124M", "a").Failed(1, "synthetic:124M has no vocabulary files: tokenize needs");
        Shell.Run("--model", model, "a").Failed(1, said, "--ids");
        Shell.Run("score", "--model", model, "a").Failed(1, said, "--ids");
        Shell.Run("logits", "--model", model, "a", "--out", Path.Combine(Path.GetTempPath(), "none")).Failed(1, said, "--ids");
        Shell.Run("--model", model, "--ids", "1", "--stop", "a").Failed(1, said, "--stop");
        Shell.Run("interactive", "--model", model).Failed(1, said, "interactive");
        Shell.RunWithInput(
            "{\"prompt\":\"a\"}\n", "--prompts", "-", "--model", model).Failed(1, "line 1: the model has no vocabulary files: ");
    }
}
