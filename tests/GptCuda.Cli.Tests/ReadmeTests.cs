using System.Text.RegularExpressions;
using GptCuda.Cli.Tests.Running;
using GptCuda.Engine;
using GptCuda.Engine.Generation;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary>What README.md shows works as it stands there.</summary>
public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void Commands_ThatShowTheirOutput_PrintIt()
    {
        Assert.Contains(
            """gptcuda tokenize "Call me Ishmael."                       # [34,363,406,716,3799,64,475,13]""",
            Readme,
            StringComparison.Ordinal);
        Assert.Equal("[34,363,406,716,3799,64,475,13]\n", Shell.Run("tokenize", "Call me Ishmael.").Succeeded().Output);
        Assert.Contains("gptcuda detokenize 34,363,406                             # Call me", Readme, StringComparison.Ordinal);
        Assert.Equal("Call me\n", Shell.Run("detokenize", "34,363,406").Succeeded().Output);
    }

    [Fact]
    public void Options_ThatItNames_Exist()
    {
        string help = string.Concat(((string[])["generate", "interactive", "score", "logits", "tokenize", "detokenize", "info", "download", "bench", "compare", "selftest"])
            .Select(command => Shell.Run(command, "--help").Succeeded().Output));
        string shown = Readme[Readme.IndexOf("## Use", StringComparison.Ordinal)..Readme.IndexOf("## Layout", StringComparison.Ordinal)];
        Assert.All(
            Regex.Matches(shown, "--[a-z][a-z_-]*").Select(match => match.Value).Distinct(),
            option => Assert.Contains(option, help, StringComparison.Ordinal));
    }

    /// <summary>The lines of the library example, compiled here; each must stand in README, which can hold no others.</summary>
    [Fact]
    public async Task LibraryExample_IsThisProgram()
    {
        string block = Readme.Split("```csharp\n")[1].Split("```")[0];
        string source = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "GptCuda.Cli.Tests", "ReadmeTests.cs"));
        Assert.All(
            block.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Contains(Code(line), source, StringComparison.Ordinal));

        Directory.SetCurrentDirectory(Repository.Root);
        using var output = new StringWriter();
        TextWriter before = Console.Out;
        Console.SetOut(output);
        try
        {
            await RunExampleAsync();
        }
        finally
        {
            Console.SetOut(before);
        }
        Assert.NotEmpty(output.ToString());
    }

    private static string Code(string line) => line.Split("//")[0].Trim();

    private static async Task RunExampleAsync()
    {
        using var model = GptModel.Load("models/tiny");
        await foreach (string piece in model.GenerateAsync("The people of the United States", new GenerationOptions { MaxTokens = 60 }))
            Console.Write(piece);

        int[] ids = model.Tokenizer!.Encode("Call me Ishmael.");
        float[] logits = model.Logits(ids);
        ScoreResult score = model.Score(ids);
        Assert.Equal(model.Configuration.VocabularySize, logits.Length);
        Assert.Equal(7, score.Scored);
    }
}
