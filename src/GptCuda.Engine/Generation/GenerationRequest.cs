namespace GptCuda.Engine.Generation;

/// <summary>One prompt among many, with its own options and number of samples.</summary>
/// <param name="Prompt">What to continue.</param>
/// <param name="Options">How to continue it.</param>
public sealed record GenerationRequest(Prompt Prompt, GenerationOptions Options)
{
    /// <summary>
    /// Continuations of the prompt, each from a random stream of its own. At least 1. The prompt is computed once for all.
    /// </summary>
    public int Samples
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Samples), value, "Samples must be at least 1");
    } = 1;

    /// <summary>What error messages call the request, for example <c>prompts.jsonl line 7</c>; null for its number.</summary>
    public string? Label { get; init; }
}
