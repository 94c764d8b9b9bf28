using System.Text;

namespace GptCuda.Engine.Weights.Files;

/// <summary>
/// Text from a file as it may stand in a message: on one line, no longer than is useful, without codes that steer a terminal.
/// </summary>
internal static class Printable
{
    /// <summary>Characters kept of a text.</summary>
    public const int MaxLength = 200;

    /// <summary>The text with control characters and lone surrogates as \uXXXX, cut after <see cref="MaxLength"/> characters.</summary>
    public static string Text(string text)
    {
        bool plain = text.Length <= MaxLength;
        for (int i = 0; plain && i < text.Length; i++)
            plain = !char.IsControl(text[i]) && !char.IsSurrogate(text[i]);
        if (plain)
            return text;

        StringBuilder printable = new();
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (char.IsControl(character) || char.IsSurrogate(character))
                printable.Append($"\\u{(int)character:X4}");
            else
                printable.Append(character);
        }

        return text.Length > MaxLength ? printable.Append("...").ToString() : printable.ToString();
    }

    /// <summary>The first few of many names, and how many more there are.</summary>
    public static string Names(IReadOnlyCollection<string> names)
    {
        const int Shown = 5;
        return string.Join(", ", names.Take(Shown).Select(Text)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
    }
}
