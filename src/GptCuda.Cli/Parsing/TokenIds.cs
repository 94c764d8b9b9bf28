using System.Collections.Immutable;
using System.Globalization;

namespace GptCuda.Cli.Parsing;

/// <summary>Token ids given as text.</summary>
internal sealed record TokenIds(ImmutableArray<int> Values)
{
    public const string Expected = "token ids such as 1,2,3";

    /// <summary>Characters of a text that a message shows.</summary>
    private const int LongestShown = 60;

    /// <summary>Reads <c>1,2,3</c>: numbers with a comma, white space or both between them, with or without brackets.</summary>
    /// <returns>Null where the text is something else; <c>[]</c> is a list without ids, nothing at all is none.</returns>
    public static TokenIds? Read(string text) => Read(text, out _);

    /// <summary>A text that <see cref="Read(string)"/> does not read, and why, for the end of a message.</summary>
    public static string Describe(string text)
    {
        Read(text, out string? problem);
        return $"'{(text.Length > LongestShown ? $"{text[..LongestShown]}…" : text)}'{(problem is null ? "" : $": {problem}")}";
    }

    /// <summary>Ids as a JSON array without spaces.</summary>
    public static string Write(IEnumerable<int> ids) => $"[{string.Join(',', ids)}]";

    private static TokenIds? Read(string text, out string? problem)
    {
        problem = null;
        ReadOnlySpan<char> list = text.AsSpan().Trim();
        bool brackets = list is ['[', .., ']'];
        if (brackets)
            list = list[1..^1].Trim();
        if (list.IsEmpty && brackets)
            return new([]);

        ImmutableArray<int>.Builder ids = ImmutableArray.CreateBuilder<int>();
        foreach (Range part in list.Split(','))
        {
            int before = ids.Count;
            foreach (Range word in list[part].SplitAny(' ', '\t', '\r', '\n'))
            {
                ReadOnlySpan<char> number = list[part][word];
                if (number.IsEmpty)
                    continue;
                if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                {
                    problem = ProblemOf(number);
                    return null;
                }
                ids.Add(id);
            }
            if (ids.Count == before)
            {
                problem = list.IsEmpty ? "there is no id in it" : "an id is missing beside a comma";
                return null;
            }
        }
        return new(ids.DrainToImmutable());
    }

    private static string ProblemOf(ReadOnlySpan<char> number)
    {
        string shown = number.Length > LongestShown ? $"{number[..LongestShown]}…" : number.ToString();
        bool negative = number[0] == '-' && number.Length > 1;
        return (negative ? number[1..] : number).ContainsAnyExceptInRange('0', '9') ? $"{shown} is no number"
            : negative ? $"{shown} is negative"
            : $"{shown} is larger than {int.MaxValue}";
    }
}
