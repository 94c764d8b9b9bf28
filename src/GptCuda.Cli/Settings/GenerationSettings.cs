using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Settings;

/// <summary>The options that say how a continuation is made and where it ends.</summary>
internal sealed class GenerationSettings
{
    private readonly SamplingSettings _sampling = new();

    private readonly Option<int?> _tokens = OptionOf.Integer(
        "-n",
        "N",
        1,
        "Tokens of each continuation (default: to the end of the context)",
        aliases: ["--tokens", "--n_tokens_to_generate", "--length"]);

    private readonly Option<PromptOverflow?> _overflow = OptionOf.Choice(
        "--overflow",
        "What a prompt longer than the context does: fail (default), or keep its last half",
        ("error", PromptOverflow.Error), ("slide", PromptOverflow.Slide));

    private readonly Option<ulong?> _seed = OptionOf.Unsigned("--seed", "S", "Same seed, same text (default: random, printed with --stats)");

    private readonly Option<string[]> _stop = OptionOf.Texts("--stop", "TEXT", "End before this text; may be given several times");

    private readonly Option<bool> _ignoreEndOfText = OptionOf.Flag("--ignore-eot", "Go on past the end-of-text token");

    public void AddTo(Command command)
    {
        command.Add(_tokens);
        _sampling.AddTo(command);
        command.Add(_seed);
        command.Add(_stop);
        command.Add(_ignoreEndOfText);
        command.Add(_overflow);
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
            MaxTokens = parsed.GetValue(_tokens),
            Sampling = _sampling.Read(parsed),
            Seed = parsed.GetValue(_seed) ?? (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue),
            StopStrings = stop,
            IgnoreEndOfText = parsed.GetValue(_ignoreEndOfText),
            Overflow = parsed.GetValue(_overflow) ?? PromptOverflow.Error,
        };
    }
}
