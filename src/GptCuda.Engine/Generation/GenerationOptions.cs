using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Generation;

/// <summary>How a continuation is made and where it ends.</summary>
/// <remarks>A value out of its range is refused where it is set.</remarks>
public sealed record GenerationOptions
{
    /// <summary>Most tokens of the continuation; null goes to the end of the context, which bounds it in any case. At least 0.</summary>
    public int? MaxTokens
    {
        get;
        init => field = value is null or >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxTokens), value, "MaxTokens must be at least 0");
    }

    /// <summary>How each token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>
    /// Key of the random stream; null takes a random one, which <see cref="GenerationResult.Seed"/> tells. The same seed gives the
    /// same text on any number of threads and in any batch: sample i of a prompt draws from stream (seed, i), wherever the prompt
    /// stands among others.
    /// </summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// Texts that end a sequence, none of them empty; compared character by character. The sequence ends with the token that
    /// completes one of them, which may begin and end inside a token; the text ends where the first of those that are complete begins.
    /// </summary>
    public IReadOnlyList<string> StopStrings
    {
        get;
        init => field = value.Any(string.IsNullOrEmpty)
            ? throw new ArgumentException("a stop string must not be empty", nameof(StopStrings))
            : [.. value];
    } = [];

    /// <summary>Goes on past the end-of-text token, which then is a token like any other.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>What happens to a prompt of the context length or more.</summary>
    public PromptOverflow Overflow
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Overflow), value, "Overflow must be Error or Slide");
    }
}
