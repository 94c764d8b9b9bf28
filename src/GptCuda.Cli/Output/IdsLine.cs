namespace GptCuda.Cli.Output;

/// <summary>A line with token ids.</summary>
internal sealed record IdsLine
{
    public required int[] Ids { get; init; }
}
