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
            using JsonDocument expected = JsonDocument.Parse(golden), actual = JsonDocument.Parse(idsLine), text = JsonDocument.Parse(textLine);
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
        Shell.Run("tokenize", "--model", Repository.TestData("models", "hf-f32"), "a").Failed(1, "vocab.json");
        Shell.Run("tokenize", "--model", "synthetic:124M", "a").Failed(1, "vocabulary");
    }
}
