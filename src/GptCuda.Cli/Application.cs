using System.CommandLine;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;

namespace GptCuda.Cli;

/// <summary>From arguments to an exit code: finds the command, parses, runs, and turns what goes wrong into one line.</summary>
/// <remarks>Commands run on the main thread and wait for the library there: a console has nothing else to do meanwhile.</remarks>
internal static class Application
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 success, 1 failure, 2 usage, 130 after Ctrl-C.</returns>
    public static int Run(string[] arguments)
    {
        using var interruption = new Interruption();
        var terminal = new Terminal();
        try
        {
            int code = Run(arguments, terminal, interruption);
            terminal.ResultBegins();
            terminal.Out.Flush();
            return interruption.Happened ? ExitCode.Interrupted : code;
        }
        catch (ClosedPipeException)
        {
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Happened)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            return Failure.Report(exception, terminal, verbose: ArgumentScanner.HasFlag(arguments, CommandDefinition.VerboseName));
        }
    }

    private static int Run(string[] arguments, Terminal terminal, Interruption interruption)
    {
        (CommandDefinition definition, string[] others, bool named) = ArgumentScanner.FindCommand(arguments);
        string? meant = named ? null : ArgumentScanner.NearestCommand(arguments);
        try
        {
            return Run(definition, others, named, meant, terminal, interruption);
        }
        catch (UsageException exception) when (meant is not null)
        {
            throw new UsageException($"{exception.Message}; or was {arguments[0]} meant to be the command {meant}?");
        }
    }

    private static int Run(
        CommandDefinition definition, string[] others, bool named, string? meant, Terminal terminal, Interruption interruption)
    {
        ScannedArguments scanned = ArgumentScanner.Scan(others, definition.Command);
        if (scanned.WantsHelp)
            return HelpText.Write(named ? definition : null, terminal);
        if (scanned.WantsVersion)
            return HelpText.WriteVersion(terminal);
        // Arguments that begin with '@' are text here, not the names of response files.
        ParseResult parsed = definition.Command.Parse(scanned.Arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            throw new UsageException(parsed.Errors[0].Message);
        // A word is a prompt like any other text, for a program that calls this one at least.
        if (meant is not null && terminal.ErrorIsTerminal)
            terminal.Say($"{others[0]} is taken as a prompt; the command is {meant}");
        return definition.Run(new CommandContext(parsed, scanned, terminal, interruption));
    }
}
