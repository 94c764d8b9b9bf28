namespace GptCuda.Cli.Parsing;

/// <summary>A word of an option and what it means.</summary>
internal readonly record struct Choice<T>(string Word, T Value);
