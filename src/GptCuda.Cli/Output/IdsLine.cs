namespace GptCuda.Cli.Output;

/// <summary>A line with token ids.</summary>
internal sealed record IdsLine
{
    public int[]? Ids { get; init; }
}
