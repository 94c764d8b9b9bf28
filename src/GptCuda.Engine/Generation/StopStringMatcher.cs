namespace GptCuda.Engine.Generation;

/// <summary>
/// Lets text through until a stop string is complete in it. What may be the beginning of one is held back until it is complete or
/// cannot become so; text that was let through therefore never has a part of one.
/// </summary>
internal sealed class StopStringMatcher(IReadOnlyList<string> stops)
{
    private readonly int _longest = stops.Max(stop => stop.Length);
    private string _held = "";

    /// <summary>Whether a stop string was completed; nothing more comes then.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes the next text.</summary>
    /// <returns>What is certain to stay: empty where all of it is held back.</returns>
    public string Append(string text)
    {
        if (Stopped || text.Length == 0)
            return "";
        string pending = _held + text;
        int first = FirstMatch(pending);
        if (first >= 0)
        {
            Stopped = true;
            _held = "";
            return pending[..first];
        }
        int begin = FirstPartialMatch(pending);
        _held = pending[begin..];
        return pending[..begin];
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back.</returns>
    public string Finish()
    {
        string rest = _held;
        _held = "";
        return rest;
    }

    private int FirstMatch(string text)
    {
        int first = -1;
        foreach (string stop in stops)
        {
            int index = text.IndexOf(stop, StringComparison.Ordinal);
            if (index >= 0 && (first < 0 || index < first))
                first = index;
        }
        return first;
    }

    /// <summary>Where the earliest end of the text begins that is the beginning of a stop string; its length where there is none.</summary>
    private int FirstPartialMatch(string text)
    {
        for (int begin = Math.Max(0, text.Length - _longest + 1); begin < text.Length; begin++)
        {
            foreach (string stop in stops)
            {
                if (stop.AsSpan().StartsWith(text.AsSpan(begin), StringComparison.Ordinal))
                    return begin;
            }
        }
        return text.Length;
    }
}
