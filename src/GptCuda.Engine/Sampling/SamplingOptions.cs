namespace GptCuda.Engine.Sampling;

/// <summary>How the next token is chosen from logits. Applied in the order of the properties.</summary>
/// <remarks>A value out of its range is refused where it is set, with <see cref="ArgumentOutOfRangeException"/>.</remarks>
public sealed record SamplingOptions
{
    /// <summary>The highest logit wins, ties go to the lowest id; nothing else but the repetition penalty applies.</summary>
    public bool Greedy { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in prompt and continuation; 1 is off. Above 0, finite.</summary>
    public float RepetitionPenalty
    {
        get;
        init => field = value > 0 && float.IsFinite(value)
            ? value
            : throw OutOfRange(nameof(RepetitionPenalty), value, "a finite number above 0");
    } = 1;

    /// <summary>Divides the logits; 0 is the same as <see cref="Greedy"/>. At least 0, finite.</summary>
    public float Temperature
    {
        get;
        init => field = value >= 0 && float.IsFinite(value)
            ? value
            : throw OutOfRange(nameof(Temperature), value, "a finite number of at least 0");
    } = 0.8f;

    /// <summary>Keeps the K highest logits and those equal to the last of them; 0 is off, as is V or more. At least 0.</summary>
    public int TopK
    {
        get;
        init => field = value >= 0 ? value : throw OutOfRange(nameof(TopK), value, "at least 0");
    } = 40;

    /// <summary>Keeps the likeliest tokens up to this share of the probability; 1 is off. Above 0, at most 1.</summary>
    public float TopP
    {
        get;
        init => field = value > 0 && value <= 1 ? value : throw OutOfRange(nameof(TopP), value, "above 0 and at most 1");
    } = 1;

    /// <summary>Whether the token that crosses <see cref="TopP"/> is kept.</summary>
    public TopPRule TopPRule
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw OutOfRange(nameof(TopPRule), value, "HuggingFace or OpenAI");
    }

    /// <summary>Drops tokens less likely than this times the likeliest; 0 is off. From 0 to 1.</summary>
    public float MinP
    {
        get;
        init => field = value >= 0 && value <= 1 ? value : throw OutOfRange(nameof(MinP), value, "from 0 to 1");
    }

    /// <summary>Whether nothing is drawn: <see cref="Greedy"/>, or a temperature of 0. A seed changes nothing then.</summary>
    public bool IsGreedy => Greedy || Temperature == 0;

    /// <summary>The distribution as the model gives it.</summary>
    public static SamplingOptions Untouched { get; } = new() { Temperature = 1, TopK = 0 };

    private static ArgumentOutOfRangeException OutOfRange(string name, object value, string range) =>
        new(name, value, FormattableString.Invariant($"{name} must be {range}"));
}
