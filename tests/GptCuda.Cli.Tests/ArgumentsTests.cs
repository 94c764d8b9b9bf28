using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary>How arguments are read: what is text, what is an option, what is a mistake.</summary>
public sealed class ArgumentsTests
{
    [Theory]
    [InlineData("@alice said")]
    [InlineData("[x] y")]
    [InlineData("[x]")]
    [InlineData("[bold]")]
    [InlineData("The \"people\" of 50% {0} $HOME \\n")]
    [InlineData("gptcuda")]
    [InlineData("tokenize")]
    [InlineData("héllo 😀 日本")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/?")]
    [InlineData("a=b")]
    [InlineData("true")]
    public void Text_OfAnyLetters_IsTakenLiterally(string text)
    {
        CliResult ids = Shell.Run("tokenize", text).Succeeded();
        Assert.Equal(text + "\n", Shell.Run("detokenize", ids.Output.Trim()).Succeeded().Output);
    }

    [Theory]
    [InlineData("-5 degrees")]
    [InlineData("info")]
    [InlineData("generate")]
    [InlineData("--help")]
    [InlineData("--")]
    [InlineData("-")]
    [InlineData("-n40")]
    public void Prompt_AfterDoubleDash_IsText(string prompt)
    {
        int[] expected = JsonSerializer.Deserialize<int[]>(Shell.Run("tokenize", "--", prompt).Succeeded().Output)!;
        using JsonDocument line = JsonDocument.Parse(Shell.Run("generate", "--json", "-n", "1", "--", prompt).Succeeded().Output);
        Assert.Equal(expected, line.RootElement.GetProperty("prompt_ids").Deserialize<int[]>());
        Assert.Equal(prompt + "\n", Shell.Run("detokenize", string.Join(',', expected)).Output);
    }

    [Fact]
    public void PromptThatEqualsACommand_AfterGenerate_IsText()
    {
        string[] options = ["--greedy", "-n", "4"];
        Assert.Equal(
            Shell.Run(["generate", .. options, "--", "info"]).Succeeded().Output,
            Shell.Run(["generate", "info", .. options]).Succeeded().Output);
    }

    [Fact]
    public void Prompt_WithoutCommand_IsGenerated() =>
        Assert.Equal(
            Shell.Run("generate", "--greedy", "-n", "4", "Call me").Succeeded().Output,
            Shell.Run("--greedy", "-n", "4", "Call me").Succeeded().Output);

    [Fact]
    public void Command_AfterItsOptions_IsFound()
    {
        CliResult result = Shell.Run("--model", Repository.TinyModel, "info").Succeeded();
        Assert.Contains("2,664,768", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-n3")]
    [InlineData("-n", "3")]
    [InlineData("-n=3")]
    [InlineData("--tokens", "3")]
    [InlineData("--tokens=3")]
    [InlineData("--n_tokens_to_generate", "3")]
    [InlineData("--length=3")]
    public void NumberOfTokens_InEveryForm_IsTheSame(params string[] form)
    {
        CliResult result = Shell.Run(["--json", "--top-k=1", .. form, "--", "Call me"]).Succeeded();
        using JsonDocument line = JsonDocument.Parse(result.Output);
        Assert.Equal(TinyGolden.Cases[1].GreedyIds[..3], line.RootElement.GetProperty("ids").Deserialize<int[]>());
    }

    [Fact]
    public void OptionsBeforeAndAfterThePrompt_AreTheSame() =>
        Assert.Equal(
            Shell.Run("--greedy", "-n", "4", "Call me").Succeeded().Output,
            Shell.Run("Call me", "-n4", "--top-k", "1").Succeeded().Output);

    [Theory]
    [InlineData("--prompt", "Call me")]
    [InlineData("--prompt=Call me")]
    [InlineData("generate", "--prompt", "Call me")]
    public void PromptOption_IsThePrompt(params string[] form) =>
        Assert.Equal(
            Shell.Run("--greedy", "-n4", "Call me").Succeeded().Output, Shell.Run([.. form, "--greedy", "-n4"]).Succeeded().Output);

    [Theory]
    [InlineData("--temprature", "--temperature")]
    [InlineData("--temperature_", "--temperature")]
    [InlineData("--gredy", "--greedy")]
    [InlineData("--topk", "--top-k")]
    [InlineData("--top_p", "--top-p")]
    [InlineData("--model-type", "--model_type")]
    [InlineData("--n-tokens-to-generate", "--n_tokens_to_generate")]
    [InlineData("--sed", "--seed")]
    public void MistypedOption_SuggestsTheNearest(string mistyped, string meant) =>
        Shell.Run("Call me", mistyped, "1").Failed(2, mistyped, $"did you mean {meant}?");

    [Theory]
    [InlineData("-5 degrees")]
    [InlineData("-x")]
    [InlineData("--xyzzy-plugh")]
    public void TextThatBeginsWithDash_WithoutDoubleDash_SaysHowToWriteIt(string text) =>
        Shell.Run(text).Failed(2, text, $"gptcuda generate -- \"{text}\"");

    [Theory]
    [InlineData("gptcuda generate \"The people\"", "The", "people")]
    [InlineData("gptcuda generate -- \"-5 -7\"", "--", "-5", "-7")]
    [InlineData("all that follows -- is text; --tokens=3 comes before it", "--", "-5 degrees", "--tokens=3")]
    [InlineData("all that follows -- is text; -n comes before it", "The people", "--", "-n", "3")]
    public void SeveralTexts_AreAUsageErrorThatSaysHowToWriteThem(string said, params string[] arguments) =>
        Shell.Run(arguments).Failed(2, "generate takes one text, found", said);

    [Theory]
    [InlineData("tokenize", "tokenise", "x")]
    [InlineData("score", "scoer", "--file", "x")]
    [InlineData("devices", "device", "--jsno")]
    [InlineData("download", "Download", "124M", "--source", "openai")]
    public void MistypedCommand_ThatIsAnErrorAnyway_SuggestsTheNearest(string meant, params string[] arguments) =>
        Shell.Run(arguments).Failed(2, $"or was {arguments[0]} meant to be the command {meant}?");

    [Theory]
    [InlineData("whale", "said", "he")]
    [InlineData("generate", "tokenise", "x")]
    [InlineData("--", "tokenise", "x")]
    public void SeveralTexts_NotLikeACommand_SuggestNone(params string[] arguments)
    {
        CliResult result = Shell.Run(arguments).Failed(2);
        Assert.DoesNotContain("meant to be", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void WordLikeACommand_WhereNobodyLooks_IsAPromptLikeAnyOther() =>
        Assert.Empty(Shell.Run("tokenise", "-n", "1", "--device", "cpu").Succeeded().ErrorBytes);

    [Fact]
    public void WordLikeACommand_AtATerminal_IsAPromptAndSaysSo()
    {
        using var terminal = new PseudoTerminal("<\"$TTY\" >\"$TTY\" 2>&1", ["tokenise", "-n", "1", "--device", "cpu"]);
        Assert.Equal(0, terminal.WaitForExit());
        Assert.Contains("tokenise is taken as a prompt; the command is tokenize", terminal.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seed is given twice: --seed 1 and --seed 2", "--seed", "1", "--seed=2", "x")]
    [InlineData("-n is given twice: -n 1 and --tokens 1", "-n1", "--tokens", "1", "x")]
    [InlineData("--file is given twice: --file a and --prompt-file b", "--file", "a", "--prompt-file", "b")]
    [InlineData("--stride is given twice", "score", "--stride", "1", "--stride", "1", "x")]
    public void OptionGivenTwice_SaysBoth(string said, params string[] arguments) => Shell.Run(arguments).Failed(2, said);

    [Fact]
    public void FlagsAndStopStrings_MayBeRepeated() =>
        Shell.Run("--greedy", "--greedy", "--stop", "a", "--stop", "b", "-n", "1", "Call me").Succeeded();

    [Theory]
    [InlineData("download", "-x")]
    [InlineData("download", "a", "b")]
    [InlineData("detokenize", "-x")]
    [InlineData("devices", "-x")]
    public void AdviceForTexts_WhereThereIsNoText_IsNotGiven(params string[] arguments)
    {
        CliResult result = Shell.Run(arguments).Failed(2);
        Assert.DoesNotContain("comes after --", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("quotes", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--file=", "x")]
    [InlineData("--prompt-file=")]
    [InlineData("--prompts=")]
    [InlineData("--models_dir=", "x")]
    [InlineData("score", "--file=")]
    [InlineData("tokenize", "--file=")]
    [InlineData("detokenize", "--file=")]
    [InlineData("logits", "x", "--out=")]
    public void EmptyPath_IsAUsageError(params string[] arguments) => Shell.Run(arguments).Failed(2, ": expected a path, found ''");

    [Fact]
    public void ControlCharacters_OfAnArgument_AreNeverWritten() =>
        Shell.Run("--seed", "\e[31m\u202E1\u0007", "x").Failed(2, "'\\u001b[31m\\u202e1\\u0007'");

    [Theory]
    [InlineData("--temperature", "-1", "a number of at least 0")]
    [InlineData("--temperature", "0,9", "a number of at least 0")]
    [InlineData("--temperature", "NaN", "a number of at least 0")]
    [InlineData("--temperature", "Infinity", "a number of at least 0")]
    [InlineData("--temperature", "1e39", "a number of at least 0")]
    [InlineData("--top-k", "-1", "an integer of at least 0")]
    [InlineData("--top-k", "1.5", "an integer of at least 0")]
    [InlineData("--top-k", "99999999999", "an integer of at least 0")]
    [InlineData("--top-p", "0", "a number above 0 and at most 1")]
    [InlineData("--top-p", "1.01", "a number above 0 and at most 1")]
    [InlineData("--min-p", "-0.1", "a number from 0 to 1")]
    [InlineData("--min-p", "1.1", "a number from 0 to 1")]
    [InlineData("--repetition-penalty", "0", "a number above 0")]
    [InlineData("--top-p-rule", "gpt", "huggingface, openai")]
    [InlineData("--overflow", "wrap", "error, slide")]
    [InlineData("-n", "0", "an integer of at least 1")]
    [InlineData("--tokens", "many", "an integer of at least 1")]
    [InlineData("--samples", "0", "an integer of at least 1")]
    [InlineData("--batch-size", "0", "an integer of at least 1")]
    [InlineData("--threads", "0", "an integer from 1 to 1024")]
    [InlineData("--seed", "-1", "an integer from 0 to 18446744073709551615")]
    [InlineData("--seed", "18446744073709551616", "an integer from 0 to 18446744073709551615")]
    [InlineData("--device", "gpu", "auto, cpu, cuda, cuda:N")]
    [InlineData("--device", "cuda:x", "auto, cpu, cuda, cuda:N")]
    [InlineData("--dtype", "f8", "f32, bf16, f16, int8")]
    [InlineData("--ids", "1,x", "token ids such as 1,2,3")]
    [InlineData("--ids", "-1", "token ids such as 1,2,3, found '-1': -1 is negative")]
    [InlineData("--ids", "1,,2", "found '1,,2': an id is missing beside a comma")]
    [InlineData("--ids", "1,", "found '1,': an id is missing beside a comma")]
    [InlineData("--ids", ",1", "found ',1': an id is missing beside a comma")]
    [InlineData("--ids", "[1,]", "found '[1,]': an id is missing beside a comma")]
    [InlineData("--ids", " ", "found ' ': there is no id in it")]
    [InlineData("--ids", "", "found '': there is no id in it")]
    [InlineData("--ids", "[1,2", "[1 is no number")]
    [InlineData("--ids", "1.5", "1.5 is no number")]
    [InlineData("--ids", "2147483648", "2147483648 is larger than 2147483647")]
    [InlineData("--ids", "-2147483649", "-2147483649 is negative")]
    [InlineData("--model", "synthetic:125M", "124M")]
    [InlineData("--model", "synthetic:124M:x", "seed")]
    public void ValueOutOfRange_IsAUsageErrorWithTheValueAndTheRange(string option, string value, string range) =>
        Shell.Run($"{option}={value}").Failed(2, value, range);

    [Theory]
    [InlineData("--top-k")]
    [InlineData("Call me", "-n")]
    [InlineData("--seed=")]
    [InlineData("--stop=")]
    [InlineData("--json=true", "Call me")]
    [InlineData("--seed", "1", "--seed", "2", "Call me")]
    [InlineData("--model", "a", "--model_type", "b", "Call me")]
    [InlineData("--model=", "Call me")]
    [InlineData("interactive", "Call me")]
    [InlineData("info", "Call me")]
    [InlineData("logits", "Call me")]
    [InlineData("--prompt", "a", "b")]
    [InlineData("--prompt", "a", "--file", "b")]
    [InlineData("--ids", "1", "b")]
    [InlineData("--prompts", "a", "b")]
    [InlineData("detokenize", "1", "--file", "b")]
    [InlineData("detokenize", "x")]
    [InlineData("detokenize", "4097")]
    [InlineData("--ids", "4097")]
    [InlineData("score", "Call me", "--stride", "513")]
    public void WrongUse_ExitsWithTwo(params string[] arguments) => Shell.Run(arguments).Failed(2);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("generate", "--help")]
    [InlineData("interactive", "--help")]
    [InlineData("score", "--help")]
    [InlineData("logits", "--help")]
    [InlineData("tokenize", "--help")]
    [InlineData("detokenize", "--help")]
    [InlineData("info", "--help")]
    public void Help_OfEveryCommand_HasExamples(params string[] arguments)
    {
        CliResult result = Shell.Run(arguments).Succeeded();
        string examples = result.Output[result.Output.IndexOf("Examples:\n", StringComparison.Ordinal)..];
        Assert.Contains("  gptcuda ", examples, StringComparison.Ordinal);
        Assert.Empty(result.ErrorBytes);
    }

    [Fact]
    public void Help_OfTheProgram_NamesEveryCommandAndOption()
    {
        string help = Shell.Run("--help").Succeeded().Output;
        foreach (string word in (string[])["generate", "interactive", "score", "logits", "tokenize", "detokenize", "info",
            "--model", "--models_dir", "--model_type", "--device", "--dtype", "--threads", "--stats", "--verbose", "--json",
            "--tokens", "--n_tokens_to_generate", "--length", "--overflow", "--greedy", "--temperature", "--top-k", "--top-p",
            "--top-p-rule", "--min-p", "--repetition-penalty", "--seed", "--samples", "--batch-size", "--prompts", "--stop",
            "--ignore-eot", "--special", "--prompt", "--file", "--prompt-file", "--ids"])
        {
            Assert.Contains(word, help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Version_IsPrinted() => Assert.Matches(@"^gptcuda \d+\.\d+\.\d+\n$", Shell.Run("--version").Succeeded().Output);
}
