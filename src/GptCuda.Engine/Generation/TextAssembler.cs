using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Engine.Generation;

/// <summary>The text of a sequence as its tokens arrive: whole characters only, and nothing of a stop string.</summary>
internal sealed class TextAssembler(Tokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly Utf8StreamDecoder _decoder = new();
    private readonly StopStringMatcher? _matcher = stops.Count > 0 ? new(stops) : null;
    private readonly StringBuilder _text = new();

    /// <summary>Whether a stop string was completed.</summary>
    public bool Stopped => _matcher is { Stopped: true };

    /// <summary>All text let through so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Takes a token.</summary>
    /// <returns>The text that became certain, maybe none.</returns>
    public string Append(int token)
    {
        // A model may have more rows than its vocabulary has tokens (padding); such a token stands for no text that is known.
        var bytes = token < tokenizer.VocabularySize ? tokenizer.TokenBytes(token) : "\uFFFD"u8;
        return LetThrough(_decoder.Append(bytes));
    }

    /// <summary>Ends the text: gives what was held back.</summary>
    public string Finish()
    {
        string last = LetThrough(_decoder.Finish());
        if (_matcher is null || _matcher.Stopped)
            return last;
        string held = _matcher.Finish();
        _text.Append(held);
        return last + held;
    }

    private string LetThrough(string text)
    {
        string certain = _matcher is null ? text : _matcher.Append(text);
        _text.Append(certain);
        return certain;
    }
}
