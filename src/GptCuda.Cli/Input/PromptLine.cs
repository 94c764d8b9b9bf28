namespace GptCuda.Cli.Input;

/// <summary>A line of <c>--prompts</c>: a text or ids, and what differs for this prompt from the options of the command.</summary>
internal sealed record PromptLine
{
    public string? Prompt { get; init; }

    public int[]? Ids { get; init; }

    public ulong? Seed { get; init; }

    public int? N { get; init; }
}
