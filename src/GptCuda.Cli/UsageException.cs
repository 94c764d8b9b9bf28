namespace GptCuda.Cli;

/// <summary>The command line cannot be followed as it is written: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
