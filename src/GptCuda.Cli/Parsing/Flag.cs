using System.CommandLine;

namespace GptCuda.Cli.Parsing;

/// <summary>An option without a value: on where it stands, off otherwise.</summary>
internal sealed class Flag(string name, string description)
{
    public Option Option { get; } = new Option<string?>(name) { Description = description, Arity = ArgumentArity.Zero };

    public bool IsSet(ParseResult parsed) => parsed.GetResult(Option) is not null;
}
