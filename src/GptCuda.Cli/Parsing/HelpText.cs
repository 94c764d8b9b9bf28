using System.CommandLine;
using System.Reflection;
using GptCuda.Cli.Commands;
using GptCuda.Cli.Output;

namespace GptCuda.Cli.Parsing;

/// <summary>Writes <c>--help</c> and <c>--version</c>, which are results and go to standard output.</summary>
internal static class HelpText
{
    /// <summary>Help for one command, or, where none was named, for the program and its default command.</summary>
    public static int Write(CommandDefinition? named, Terminal terminal)
    {
        CommandDefinition standard = CommandTable.Default.Create();
        var root = new RootCommand("Text from GPT-2. Without the name of a command: generate.") { HelpName = "gptcuda" };
        root.Options.Clear();
        if (named is null)
        {
            foreach (Argument argument in standard.Command.Arguments)
                root.Add(argument);
            foreach (Option option in standard.Command.Options)
                root.Add(option);
        }
        foreach (CommandEntry entry in CommandTable.All)
            root.Add(entry.Name == named?.Command.Name ? named.Command : entry.Create().Command);

        string[] arguments = named is null ? ["--help"] : [named.Command.Name, "--help"];
        root.Parse(arguments).Invoke(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error });
        terminal.Out.WriteLine("Examples:");
        foreach (string example in (named ?? standard).Examples)
            terminal.Out.WriteLine($"  {example}");
        return ExitCode.Success;
    }

    /// <summary>The name and the version.</summary>
    public static int WriteVersion(Terminal terminal)
    {
        string? version = typeof(HelpText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        terminal.Out.WriteLine($"gptcuda {version}");
        return ExitCode.Success;
    }
}
