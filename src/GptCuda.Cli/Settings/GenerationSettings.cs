using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Settings;

/// <summary>The options that say how a continuation is made and where it ends.</summary>
internal sealed class GenerationSettings
{
    private readonly SamplingSettings _sampling = new();

    private readonly Setting<int?> _tokens = SettingOf.Integer(
        "-n",
        "N",
        1,
        "Tokens of each continuation (default: to the end of the context)",
        aliases: ["--tokens", "--n_tokens_to_generate", "--length"]);

    private readonly Setting<PromptOverflow?> _overflow = SettingOf.Choice<PromptOverflow>(
        "--overflow",
        "What a prompt longer than the context does: fail (default), or keep its last half",
        new("error", PromptOverflow.Error), new("slide", PromptOverflow.Slide));

    private readonly Setting<ulong?> _seed = SettingOf.Unsigned(
        "--seed", "S", "Same seed, same text (default: random, printed with --stats)");

    private readonly Option<string[]> _stop = new("--stop")
    {
        Description = "End before this text; may be given several times",
        HelpName = "TEXT",
    };

    private readonly Flag _ignoreEndOfText = new("--ignore-eot", "Go on past the end-of-text token");

    public void AddTo(Command command)
    {
        command.Add(_tokens.Option);
        _sampling.AddTo(command);
        command.Add(_seed.Option);
        command.Add(_stop);
        command.Add(_ignoreEndOfText.Option);
        command.Add(_overflow.Option);
    }

    /// <summary>The options, with a seed in any case.</summary>
    /// <exception cref="UsageException">A stop string is empty.</exception>
    public GenerationOptions Read(ParseResult parsed)
    {
        string[] stop = parsed.GetValue(_stop) ?? [];
        if (stop.Contains(""))
            throw new UsageException("--stop: expected a text, found ''");
        return new GenerationOptions
        {
            MaxTokens = _tokens.Read(parsed),
            Sampling = _sampling.Read(parsed),
            Seed = _seed.Read(parsed) ?? (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue),
            StopStrings = stop,
            IgnoreEndOfText = _ignoreEndOfText.IsSet(parsed),
            Overflow = _overflow.Read(parsed) ?? PromptOverflow.Error,
        };
    }
}
