namespace GptCuda.Cli.Output;

/// <summary>A line with a text.</summary>
internal sealed record TextLine
{
    public string? Text { get; init; }
}
