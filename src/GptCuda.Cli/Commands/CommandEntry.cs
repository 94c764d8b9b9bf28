using GptCuda.Cli.Parsing;

namespace GptCuda.Cli.Commands;

/// <summary>A command by name; its options are made only when it is the one that runs.</summary>
internal sealed record CommandEntry(string Name, Func<CommandDefinition> Create);
