using System.Globalization;
using System.Text;

namespace GptCuda.Cli.Input;

/// <summary>A line of text with a cursor, which moves by what a reader sees as one character.</summary>
internal sealed class EditedLine
{
    private readonly StringBuilder _text = new();

    /// <summary>Where the next character goes, in UTF-16 code units.</summary>
    public int Cursor { get; private set; }

    public string Text => _text.ToString();

    public string BeforeCursor => _text.ToString(0, Cursor);

    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    public void Insert(char letter) => _text.Insert(Cursor++, letter);

    public void MoveLeft() => Cursor = Previous();

    public void MoveRight() => Cursor = Next();

    public void MoveToStart() => Cursor = 0;

    public void MoveToEnd() => Cursor = _text.Length;

    public void DeleteBefore() => Remove(Previous(), Cursor);

    public void DeleteAfter() => Remove(Cursor, Next());

    public void DeleteToStart() => Remove(0, Cursor);

    public void DeleteToEnd() => Remove(Cursor, _text.Length);

    public void DeleteWord()
    {
        int start = Cursor;
        while (start > 0 && char.IsWhiteSpace(_text[start - 1]))
            start--;
        while (start > 0 && !char.IsWhiteSpace(_text[start - 1]))
            start--;
        Remove(start, Cursor);
    }

    private void Remove(int start, int end)
    {
        _text.Remove(start, end - start);
        Cursor = start;
    }

    private int Next() => Cursor + (Cursor < _text.Length ? StringInfo.GetNextTextElementLength(Text, Cursor) : 0);

    private int Previous()
    {
        int previous = 0;
        for (int i = 0; i < Cursor; i += StringInfo.GetNextTextElementLength(Text, i))
            previous = i;
        return previous;
    }
}
