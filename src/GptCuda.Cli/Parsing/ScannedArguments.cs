namespace GptCuda.Cli.Parsing;

/// <summary>A command line in the one form that leaves nothing to guess: command, options, <c>--</c>, positional arguments.</summary>
/// <param name="Arguments">For System.CommandLine.</param>
/// <param name="StandardInputNamed">
/// Whether a positional argument is a bare <c>-</c> before any <c>--</c>; after it, <c>-</c> is text.
/// </param>
/// <param name="WantsHelp">Whether <c>--help</c> stands among the options.</param>
/// <param name="WantsVersion">Whether <c>--version</c> stands among the options.</param>
internal sealed record ScannedArguments(string[] Arguments, bool StandardInputNamed, bool WantsHelp, bool WantsVersion);
