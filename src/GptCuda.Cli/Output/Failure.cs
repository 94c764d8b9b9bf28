namespace GptCuda.Cli.Output;

/// <summary>Turns an exception into one plain line on standard error and an exit code.</summary>
internal static class Failure
{
    /// <param name="exception">What went wrong.</param>
    /// <param name="terminal">Where to say it; what standard output has so far is written first.</param>
    /// <param name="verbose">Whether the trace follows.</param>
    public static int Report(Exception exception, Terminal terminal, bool verbose)
    {
        try
        {
            terminal.Out.Flush();
        }
        catch (IOException)
        {
            // The line below says what went wrong first.
        }
        terminal.Say(Describe(Unwrap(exception)));
        if (verbose)
            terminal.Error.WriteLine(exception);
        return exception is UsageException ? ExitCode.Usage : ExitCode.Failure;
    }

    private static Exception Unwrap(Exception exception) =>
        exception is AggregateException && exception.InnerException is { } inner ? Unwrap(inner) : exception;

    private static string Describe(Exception exception) => exception switch
    {
        // "… (Parameter 'x')" names something of the code, not of the command line.
        ArgumentException { ParamName: { } parameter } =>
            exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal),
        UsageException or IOException or InvalidDataException or ArgumentException or InvalidOperationException
            or UnauthorizedAccessException or PlatformNotSupportedException or InsufficientMemoryException or NotSupportedException =>
            exception.Message,
        OutOfMemoryException => "out of memory",
        _ => $"unexpected {exception.GetType().Name}: {exception.Message}",
    };
}
