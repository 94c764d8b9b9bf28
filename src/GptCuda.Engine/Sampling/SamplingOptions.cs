namespace GptCuda.Engine.Sampling;

/// <summary>How the next token is chosen from logits. Applied in the order of the properties.</summary>
public sealed record SamplingOptions
{
    /// <summary>The highest logit wins, ties go to the lowest id; nothing else but the repetition penalty applies.</summary>
    public bool Greedy { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in prompt and continuation; 1 is off. Above 0.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Divides the logits; 0 is the same as <see cref="Greedy"/>. At least 0.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Keeps the K highest logits and those equal to the last of them; 0 is off.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Keeps the likeliest tokens up to this share of the probability; 1 is off. Above 0, at most 1.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Whether the token that crosses <see cref="TopP"/> is kept.</summary>
    public TopPRule TopPRule { get; init; }

    /// <summary>Drops tokens less likely than this times the likeliest; 0 is off. From 0 to 1.</summary>
    public float MinP { get; init; }

    /// <summary>The distribution as the model gives it.</summary>
    public static SamplingOptions Untouched { get; } = new() { Temperature = 1, TopK = 0 };
}
