using System.CommandLine;
using GptCuda.Cli.Commands;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;

namespace GptCuda.Cli;

/// <summary>From arguments to an exit code: finds the command, parses, runs, and turns what goes wrong into one line.</summary>
internal static class Application
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 success, 1 failure, 2 usage, 130 after Ctrl-C.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var interruption = new Interruption();
        var terminal = new Terminal();
        try
        {
            int code = await RunAsync(arguments, terminal, interruption).ConfigureAwait(false);
            terminal.ResultBegins();
            await terminal.Out.FlushAsync().ConfigureAwait(false);
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

    private static async Task<int> RunAsync(string[] arguments, Terminal terminal, Interruption interruption)
    {
        (CommandDefinition definition, string[] others, bool named) = ArgumentScanner.FindCommand(arguments);
        ScannedArguments scanned = ArgumentScanner.Scan(others, definition.Command);
        if (scanned.WantsHelp)
            return HelpText.Write(named ? definition : null, terminal);
        if (scanned.WantsVersion)
            return HelpText.WriteVersion(terminal);
        // Arguments that begin with '@' are text here, not the names of response files.
        ParseResult parsed = definition.Command.Parse(scanned.Arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            throw new UsageException(parsed.Errors[0].Message);
        return await definition.RunAsync(new CommandContext(parsed, scanned, terminal, interruption)).ConfigureAwait(false);
    }
}
