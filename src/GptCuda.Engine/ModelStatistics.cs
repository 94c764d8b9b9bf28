namespace GptCuda.Engine;

/// <summary>What a model has done since it was loaded, and how long that took.</summary>
public sealed record ModelStatistics
{
    /// <summary>Opening, checking and converting the weights, and reserving the cache.</summary>
    public required TimeSpan LoadTime { get; init; }

    /// <summary>What <see cref="LoadTime"/> is made of, in order.</summary>
    public IReadOnlyList<LoadPart> LoadParts { get; init; } = [];

    /// <summary>From the start of the latest generation's work to its first token; null before there was one.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Prompt tokens computed, those of a prompt that samples share once.</summary>
    public long PrefillTokens { get; init; }

    /// <summary>Time spent on <see cref="PrefillTokens"/>.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>Tokens that decode steps produced, over all sequences. A sequence's first token comes out of its prefill.</summary>
    public long DecodedTokens { get; init; }

    /// <summary>Time spent on <see cref="DecodedTokens"/>.</summary>
    public TimeSpan DecodeTime { get; init; }

    /// <summary>Prompt tokens a second; 0 before there were any.</summary>
    public double PrefillTokensPerSecond => Rate(PrefillTokens, PrefillTime);

    /// <summary>Decoded tokens a second, over all sequences; 0 before there were any.</summary>
    public double DecodeTokensPerSecond => Rate(DecodedTokens, DecodeTime);

    private static double Rate(long tokens, TimeSpan time) => time > TimeSpan.Zero ? tokens / time.TotalSeconds : 0;
}
