using System.CommandLine;
using GptCuda.Cli.Output;

namespace GptCuda.Cli.Parsing;

/// <summary>What a command runs with.</summary>
/// <param name="Parsed">Values of options and arguments.</param>
/// <param name="Scanned">How they were written, where that matters.</param>
/// <param name="Terminal">The standard streams.</param>
/// <param name="Interruption">Ctrl-C.</param>
internal sealed record CommandContext(ParseResult Parsed, ScannedArguments Scanned, Terminal Terminal, Interruption Interruption);
