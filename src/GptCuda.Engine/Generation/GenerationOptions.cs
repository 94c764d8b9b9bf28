using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Generation;

/// <summary>How a continuation is made and where it ends.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens of the continuation; null goes to the end of the context, which bounds it in any case. At least 0.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How each token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>
    /// Key of the random stream; null takes a random one, which <see cref="GenerationResult.Seed"/> tells. The same seed gives the
    /// same text on any number of threads and in any batch: sample i of a prompt draws from stream (seed, i), wherever the prompt
    /// stands among others.
    /// </summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// Texts that end a sequence, none of them empty. The one that begins first in the text counts, and of two that begin together
    /// the one that is complete first; it is not part of the text. They may begin and end inside a token.
    /// </summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Goes on past the end-of-text token, which then is a token like any other.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>What happens to a prompt of the context length or more.</summary>
    public PromptOverflow Overflow { get; init; }
}
