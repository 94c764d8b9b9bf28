using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Sampling;

namespace GptCuda.Cli.Settings;

/// <summary>The options that say how the next token is chosen, in the order in which they apply.</summary>
internal sealed class SamplingSettings
{
    private static readonly SamplingOptions Standard = new();

    private readonly Flag _greedy = new("--greedy", "Take the highest logit, of equal ones the lowest id");

    private readonly Setting<float?> _repetitionPenalty = SettingOf.Number(
        "--repetition-penalty", "R", "Weakens the tokens of prompt and continuation (default: 1, off)", "above 0", value => value > 0);

    private readonly Setting<float?> _temperature = SettingOf.Number(
        "--temperature", "T", "Divides the logits; 0 is the same as --greedy (default: 0.8)", "of at least 0", value => value >= 0);

    private readonly Setting<int?> _topK = SettingOf.Integer("--top-k", "K", 0, "Keeps the K likeliest tokens; 0 keeps all (default: 40)");

    private readonly Setting<float?> _topP = SettingOf.Number(
        "--top-p",
        "P",
        "Keeps the likeliest tokens up to this probability (default: 1, off)",
        "above 0 and at most 1",
        value => value is > 0 and <= 1);

    private readonly Setting<TopPRule?> _topPRule = SettingOf.Choice<TopPRule>(
        "--top-p-rule",
        "Whether --top-p keeps the token that crosses P: huggingface does (default)",
        new("huggingface", TopPRule.HuggingFace), new("openai", TopPRule.OpenAI));

    private readonly Setting<float?> _minP = SettingOf.Number(
        "--min-p",
        "M",
        "Drops what is less likely than M times the likeliest (default: 0, off)",
        "from 0 to 1",
        value => value is >= 0 and <= 1);

    public void AddTo(Command command)
    {
        command.Add(_greedy.Option);
        command.Add(_temperature.Option);
        command.Add(_topK.Option);
        command.Add(_topP.Option);
        command.Add(_topPRule.Option);
        command.Add(_minP.Option);
        command.Add(_repetitionPenalty.Option);
    }

    public SamplingOptions Read(ParseResult parsed) => new()
    {
        Greedy = _greedy.IsSet(parsed),
        RepetitionPenalty = _repetitionPenalty.Read(parsed) ?? Standard.RepetitionPenalty,
        Temperature = _temperature.Read(parsed) ?? Standard.Temperature,
        TopK = _topK.Read(parsed) ?? Standard.TopK,
        TopP = _topP.Read(parsed) ?? Standard.TopP,
        TopPRule = _topPRule.Read(parsed) ?? Standard.TopPRule,
        MinP = _minP.Read(parsed) ?? Standard.MinP,
    };
}
