using System.Globalization;

namespace GptCuda.Cli.Parsing;

/// <summary>Token ids as text: <c>1,2,3</c>, with or without brackets, spaces being as good as commas.</summary>
internal static class TokenIds
{
    public const string Expected = "token ids such as 1,2,3";

    /// <summary>The ids, or null where the text has something else in it.</summary>
    public static int[]? Read(string text)
    {
        ReadOnlySpan<char> list = text.AsSpan().Trim();
        if (list is ['[', .., ']'])
            list = list[1..^1];
        var ids = new List<int>();
        foreach (Range part in list.SplitAny(',', ' ', '\t', '\r', '\n'))
        {
            ReadOnlySpan<char> number = list[part];
            if (number.IsEmpty)
                continue;
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                return null;
            ids.Add(id);
        }
        return [.. ids];
    }

    /// <summary>The ids as a JSON array without spaces.</summary>
    public static string Write(IEnumerable<int> ids) =>
        "[" + string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))) + "]";
}
