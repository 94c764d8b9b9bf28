using System.Collections.Immutable;
using System.Globalization;

namespace GptCuda.Cli.Parsing;

/// <summary>Token ids given as text.</summary>
internal sealed record TokenIds(ImmutableArray<int> Values)
{
    public const string Expected = "token ids such as 1,2,3";

    /// <summary>Reads <c>1,2,3</c>, with or without brackets, spaces being as good as commas.</summary>
    /// <returns>Null where the text has something else in it.</returns>
    public static TokenIds? Read(string text)
    {
        ReadOnlySpan<char> list = text.AsSpan().Trim();
        if (list is ['[', .., ']'])
            list = list[1..^1];
        ImmutableArray<int>.Builder ids = ImmutableArray.CreateBuilder<int>();
        foreach (Range part in list.SplitAny(',', ' ', '\t', '\r', '\n'))
        {
            ReadOnlySpan<char> number = list[part];
            if (number.IsEmpty)
                continue;
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                return null;
            ids.Add(id);
        }
        return new(ids.DrainToImmutable());
    }

    /// <summary>Ids as a JSON array without spaces.</summary>
    public static string Write(IEnumerable<int> ids) => $"[{string.Join(',', ids)}]";
}
