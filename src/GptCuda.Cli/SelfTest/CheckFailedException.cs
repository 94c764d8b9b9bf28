namespace GptCuda.Cli.SelfTest;

/// <summary>A result is not what it should be; the message has both.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
