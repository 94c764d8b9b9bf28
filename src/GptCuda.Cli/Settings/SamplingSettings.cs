using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Sampling;

namespace GptCuda.Cli.Settings;

/// <summary>The options that say how the next token is chosen, in the order in which they apply.</summary>
internal sealed class SamplingSettings
{
    private static readonly SamplingOptions Standard = new();

    private readonly Option<bool> _greedy = OptionOf.Flag("--greedy", "Take the highest logit, of equal ones the lowest id");

    private readonly Option<float?> _repetitionPenalty = OptionOf.Number(
        "--repetition-penalty", "R", "Weakens the tokens of prompt and continuation (default: 1, off)", "above 0", value => value > 0);

    private readonly Option<float?> _temperature = OptionOf.Number(
        "--temperature", "T", "Divides the logits; 0 is the same as --greedy (default: 0.8)", "of at least 0", value => value >= 0);

    private readonly Option<int?> _topK = OptionOf.Integer("--top-k", "K", 0, "Keeps the K likeliest tokens; 0 keeps all (default: 40)");

    private readonly Option<float?> _topP = OptionOf.Number(
        "--top-p", "P", "Keeps the likeliest tokens up to this probability (default: 1, off)", "above 0 and at most 1", value => value is > 0 and <= 1);

    private readonly Option<TopPRule?> _topPRule = OptionOf.Choice(
        "--top-p-rule",
        "Whether --top-p keeps the token that crosses P: huggingface does (default)",
        ("huggingface", TopPRule.HuggingFace), ("openai", TopPRule.OpenAI));

    private readonly Option<float?> _minP = OptionOf.Number(
        "--min-p", "M", "Drops what is less likely than M times the likeliest (default: 0, off)", "from 0 to 1", value => value is >= 0 and <= 1);

    public void AddTo(Command command)
    {
        command.Add(_greedy);
        command.Add(_temperature);
        command.Add(_topK);
        command.Add(_topP);
        command.Add(_topPRule);
        command.Add(_minP);
        command.Add(_repetitionPenalty);
    }

    public SamplingOptions Read(ParseResult parsed) => new()
    {
        Greedy = parsed.GetValue(_greedy),
        RepetitionPenalty = parsed.GetValue(_repetitionPenalty) ?? Standard.RepetitionPenalty,
        Temperature = parsed.GetValue(_temperature) ?? Standard.Temperature,
        TopK = parsed.GetValue(_topK) ?? Standard.TopK,
        TopP = parsed.GetValue(_topP) ?? Standard.TopP,
        TopPRule = parsed.GetValue(_topPRule) ?? Standard.TopPRule,
        MinP = parsed.GetValue(_minP) ?? Standard.MinP,
    };
}
