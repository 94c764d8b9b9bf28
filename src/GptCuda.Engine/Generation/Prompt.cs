using System.Collections.Immutable;

namespace GptCuda.Engine.Generation;

/// <summary>What a continuation is asked for: a text, or token ids. Strings and arrays of ids convert to it.</summary>
public readonly record struct Prompt
{
    /// <summary>Nothing: generation starts from the model's end-of-text token.</summary>
    public static Prompt Empty => default;

    /// <summary>The text, or null where the prompt is ids.</summary>
    public string? Text { get; private init; }

    /// <summary>The ids; empty where the prompt is a text.</summary>
    public ImmutableArray<int> Ids => field.IsDefault ? [] : field;

    /// <summary>Whether <c>&lt;|endoftext|&gt;</c> in the text is read as the token; otherwise it is text like any other.</summary>
    public bool AllowSpecial { get; private init; }

    private Prompt(ImmutableArray<int> ids) => Ids = ids;

    /// <summary>A prompt of text, which needs a model with a vocabulary.</summary>
    /// <param name="text">The text; empty is the same as <see cref="Empty"/>.</param>
    /// <param name="allowSpecial">Whether <c>&lt;|endoftext|&gt;</c> is read as the token.</param>
    public static Prompt FromText(string text, bool allowSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Prompt { Text = text, AllowSpecial = allowSpecial };
    }

    /// <summary>A prompt of token ids, for which a model without vocabulary files serves too.</summary>
    public static Prompt FromIds(params ReadOnlySpan<int> ids) => new(ids.ToImmutableArray());

    /// <summary>The same as <see cref="FromText"/>.</summary>
    public static implicit operator Prompt(string text) => FromText(text);

    /// <summary>The same as <see cref="FromIds"/>.</summary>
    public static implicit operator Prompt(int[] ids) => FromIds(ids);
}
