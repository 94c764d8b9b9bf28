namespace GptCuda.Cli.Tests.Running;

/// <summary>A prompt and its greedy continuation.</summary>
internal sealed record GoldenCase(string? Text, int[] PromptIds, int[] GreedyIds, string? GreedyText)
{
    public string PromptList => string.Join(',', PromptIds);
}
