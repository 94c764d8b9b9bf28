namespace GptCuda.Cli.Input;

/// <summary>The lines typed before, and a place among them: past the newest is the line that is being typed.</summary>
internal sealed class LineHistory
{
    private readonly List<string> _lines = [];
    private string _draft = "";
    private int _place;

    /// <summary>Remembers a line, unless it is empty or the newest already, and goes to the end.</summary>
    public void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
            _lines.Add(line);
        _place = _lines.Count;
        _draft = "";
    }

    /// <summary>The line before, or null at the oldest.</summary>
    /// <param name="current">What stands in the editor now; it comes back when the user returns to the end.</param>
    public string? Older(string current)
    {
        if (_place == 0)
            return null;
        if (_place == _lines.Count)
            _draft = current;
        return _lines[--_place];
    }

    /// <summary>The line after, or null at the end.</summary>
    public string? Newer() =>
        _place == _lines.Count ? null
        : ++_place == _lines.Count ? _draft
        : _lines[_place];
}
