using Spectre.Console.Rendering;

namespace GptCuda.Cli.Input;

/// <summary>
/// Reads lines from a terminal, with arrow keys and a history. It draws on standard error: standard output is for results.
/// </summary>
internal sealed class LineEditor(TextWriter screen, string prompt)
{
    private readonly LineHistory _history = new();
    private readonly EditedLine _line = new();

    /// <summary>The next line, or null at the end of input (Ctrl-D on an empty line).</summary>
    public string? ReadLine()
    {
        _line.Set("");
        // The terminal must give single keys before it shows that it waits for them: what is typed until the first read is
        // otherwise edited by the terminal itself, and the prompt is what people and programs wait for. Asking for keys does that.
        _ = Console.KeyAvailable;
        Draw();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
                break;
            if (IsControl(key, ConsoleKey.D) && _line.Text.Length == 0)
            {
                screen.WriteLine();
                return null;
            }
            Apply(key);
            // A pasted text comes as many keys; drawing it once is enough.
            if (!Console.KeyAvailable)
                Draw();
        }
        _line.MoveToEnd();
        Draw();
        screen.WriteLine();
        _history.Add(_line.Text);
        return _line.Text;
    }

    private void Apply(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: _line.MoveLeft(); break;
            case ConsoleKey.RightArrow: _line.MoveRight(); break;
            case ConsoleKey.Home: _line.MoveToStart(); break;
            case ConsoleKey.End: _line.MoveToEnd(); break;
            case ConsoleKey.Backspace: _line.DeleteBefore(); break;
            case ConsoleKey.Delete: _line.DeleteAfter(); break;
            case ConsoleKey.UpArrow when _history.Older(_line.Text) is { } older: _line.Set(older); break;
            case ConsoleKey.DownArrow when _history.Newer() is { } newer: _line.Set(newer); break;
            default: ApplyLetter(key); break;
        }
    }

    /// <summary>The control keys are those of GNU readline.</summary>
    private void ApplyLetter(ConsoleKeyInfo key)
    {
        if (!key.Modifiers.HasFlag(ConsoleModifiers.Control))
        {
            if (!char.IsControl(key.KeyChar) || key.KeyChar == '\t')
                _line.Insert(key.KeyChar);
            return;
        }
        switch (key.Key)
        {
            case ConsoleKey.A: _line.MoveToStart(); break;
            case ConsoleKey.E: _line.MoveToEnd(); break;
            case ConsoleKey.B: _line.MoveLeft(); break;
            case ConsoleKey.F: _line.MoveRight(); break;
            case ConsoleKey.D: _line.DeleteAfter(); break;
            case ConsoleKey.H: _line.DeleteBefore(); break;
            case ConsoleKey.K: _line.DeleteToEnd(); break;
            case ConsoleKey.U: _line.DeleteToStart(); break;
            case ConsoleKey.W: _line.DeleteWord(); break;
        }
    }

    private static bool IsControl(ConsoleKeyInfo key, ConsoleKey letter) =>
        key.Key == letter && key.Modifiers.HasFlag(ConsoleModifiers.Control);

    /// <summary>Draws the part of the line around the cursor that one row of the terminal has room for.</summary>
    private void Draw()
    {
        int room = Math.Max(Console.WindowWidth, 20) - Width(prompt) - 1;
        string before = Visible(_line.BeforeCursor), after = Visible(_line.Text)[before.Length..];
        while (Width(before) > room)
            before = before[(char.IsHighSurrogate(before[0]) ? 2 : 1)..];
        while (Width(before) + Width(after) > room)
            after = after[..^(char.IsLowSurrogate(after[^1]) ? 2 : 1)];
        screen.Write($"\r\e[K{prompt}{before}{after}\r\e[{Width(prompt) + Width(before)}C");
    }

    private static string Visible(string text) => text.Replace('\t', ' ');

    /// <summary>Columns of the terminal; wide characters take two.</summary>
    private static int Width(string text) => new Segment(text).CellCount();
}
