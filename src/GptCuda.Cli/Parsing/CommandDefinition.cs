using System.CommandLine;
using System.CommandLine.Help;

namespace GptCuda.Cli.Parsing;

/// <summary>One command: its options and arguments, what it does, and how it is called.</summary>
internal sealed class CommandDefinition
{
    public const string VerboseName = "--verbose";

    /// <param name="command">Name, description, arguments and options; those that every command has are added here.</param>
    /// <param name="run">Does the work and gives the exit code.</param>
    /// <param name="examples">Command lines for the help text.</param>
    public CommandDefinition(Command command, Func<CommandContext, int> run, params ReadOnlySpan<string> examples)
    {
        Command = command;
        Run = run;
        Examples = [.. examples];
        command.Add(new Flag(VerboseName, "On failure, add the trace to the error").Option);
        command.Add(new HelpOption("--help", "-h", "-?") { Description = "Show this help" });
    }

    public Command Command { get; }

    public Func<CommandContext, int> Run { get; }

    public IReadOnlyList<string> Examples { get; }
}
