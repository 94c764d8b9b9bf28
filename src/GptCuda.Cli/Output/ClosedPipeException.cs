namespace GptCuda.Cli.Output;

/// <summary>Nobody reads standard output any more, as after <c>| head</c>; the program ends quietly.</summary>
internal sealed class ClosedPipeException() : IOException("standard output was closed by its reader");
