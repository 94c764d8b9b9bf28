using System.CommandLine;
using System.Globalization;

namespace GptCuda.Cli.Parsing;

/// <summary>Makes options whose errors have the value and what is allowed. Numbers are invariant: <c>0.9</c> in any locale.</summary>
internal static class SettingOf
{
    /// <summary>Any text.</summary>
    public static Setting<string?> Text(string name, string placeholder, string description, params string[] aliases) =>
        Value(name, placeholder, description, "a text", text => text, aliases);

    /// <summary>A path, which no empty text is.</summary>
    public static Setting<string?> Path(string name, string placeholder, string description, params string[] aliases) =>
        Value(name, placeholder, description, "a path", text => text.Length > 0 ? text : null, aliases);

    /// <summary>An integer from a range.</summary>
    public static Setting<int?> Integer(
        string name, string placeholder, int least, string description, int most = int.MaxValue, params string[] aliases)
    {
        string range = most == int.MaxValue ? $"an integer of at least {least}" : $"an integer from {least} to {most}";
        return new(NewOption(name, placeholder, description, aliases), range, (string text, out int? value) =>
        {
            bool valid = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
            value = number;
            return valid && number >= least && number <= most;
        });
    }

    /// <summary>A 64-bit number without sign.</summary>
    public static Setting<ulong?> Unsigned(string name, string placeholder, string description) =>
        new(NewOption(name, placeholder, description), $"an integer from 0 to {ulong.MaxValue}", (string text, out ulong? value) =>
        {
            bool valid = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
            value = number;
            return valid;
        });

    /// <summary>A number from a range.</summary>
    public static Setting<float?> Number(string name, string placeholder, string description, string range, Func<float, bool> inRange) =>
        new(NewOption(name, placeholder, description), $"a number {range}", (string text, out float? value) =>
        {
            bool valid = float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number);
            value = number;
            return valid && float.IsFinite(number) && inRange(number);
        });

    /// <summary>One of a few words.</summary>
    public static Setting<T?> Choice<T>(string name, string description, params Choice<T>[] choices)
        where T : struct
    {
        string[] words = Array.ConvertAll(choices, choice => choice.Word);
        Option<string?> option = NewOption(name, string.Join('|', words), description);
        return new(option, $"one of {string.Join(", ", words)}", (string text, out T? value) =>
        {
            int found = Array.IndexOf(words, text);
            value = found < 0 ? null : choices[found].Value;
            return found >= 0;
        });
    }

    /// <summary>What <paramref name="read"/> makes of the text, which is null where the text does not serve.</summary>
    public static Setting<T?> Value<T>(
        string name, string placeholder, string description, string expected, Func<string, T?> read, params string[] aliases)
        where T : class =>
        new(NewOption(name, placeholder, description, aliases), expected, (string text, out T? value) => (value = read(text)) is not null);

    /// <summary>Token ids.</summary>
    public static Setting<TokenIds?> Ids(string name, string description) =>
        new(
            NewOption(name, "L", description),
            TokenIds.Expected,
            (string text, out TokenIds? value) => (value = TokenIds.Read(text)) is not null,
            TokenIds.Describe);

    private static Option<string?> NewOption(string name, string placeholder, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = placeholder };
}
