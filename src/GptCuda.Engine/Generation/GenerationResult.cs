using System.Collections.Immutable;

namespace GptCuda.Engine.Generation;

/// <summary>One finished sequence.</summary>
public sealed record GenerationResult
{
    /// <summary>Index of the request in the order given; 0 where there is but one.</summary>
    public required int Request { get; init; }

    /// <summary>Index of the sample of its request, which is its number in the random stream.</summary>
    public required int Sample { get; init; }

    /// <summary>The key of the random stream, given or drawn.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The prompt as the model saw it: the end-of-text token for an empty one, the last half for one that slid.</summary>
    public required ImmutableArray<int> PromptIds { get; init; }

    /// <summary>
    /// The continuation, without the end-of-text token that ended it; up to and including the token that completed a stop string.
    /// </summary>
    public required ImmutableArray<int> Ids { get; init; }

    /// <summary>The continuation as text, without the stop string; null where the model has no vocabulary.</summary>
    public required string? Text { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason Finish { get; init; }
}
