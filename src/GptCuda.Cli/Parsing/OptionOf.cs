using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace GptCuda.Cli.Parsing;

/// <summary>Makes options whose errors have the value and what is allowed. Numbers are invariant: <c>0.9</c> in any locale.</summary>
internal static class OptionOf
{
    private delegate bool TryParse<T>(string text, out T value);

    /// <summary>On where it stands, off otherwise; takes no value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>Any text.</summary>
    public static Option<string?> Text(string name, string placeholder, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = placeholder };

    /// <summary>A text that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string placeholder, string description) =>
        new(name) { Description = description, HelpName = placeholder };

    /// <summary>An integer from a range.</summary>
    public static Option<int?> Integer(
        string name, string placeholder, int least, string description, int most = int.MaxValue, params string[] aliases)
    {
        string range = most == int.MaxValue ? $"an integer of at least {least}" : $"an integer from {least} to {most}";
        return Parsed<int?>(name, placeholder, description, range, aliases, (string text, out int? value) =>
        {
            bool valid = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
            value = number;
            return valid && number >= least && number <= most;
        });
    }

    /// <summary>A 64-bit number without sign.</summary>
    public static Option<ulong?> Unsigned(string name, string placeholder, string description) =>
        Parsed<ulong?>(name, placeholder, description, $"an integer from 0 to {ulong.MaxValue}", [], (string text, out ulong? value) =>
        {
            bool valid = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
            value = number;
            return valid;
        });

    /// <summary>A number from a range.</summary>
    public static Option<float?> Number(string name, string placeholder, string description, string range, Func<float, bool> inRange) =>
        Parsed<float?>(name, placeholder, description, $"a number {range}", [], (string text, out float? value) =>
        {
            bool valid = float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number);
            value = number;
            return valid && float.IsFinite(number) && inRange(number);
        });

    /// <summary>One of a few words.</summary>
    public static Option<T?> Choice<T>(string name, string description, params (string Word, T Value)[] choices)
        where T : struct
    {
        string words = string.Join('|', choices.Select(choice => choice.Word));
        return Parsed<T?>(name, words, description, "one of " + words.Replace("|", ", ", StringComparison.Ordinal), [], (string text, out T? value) =>
        {
            int found = Array.FindIndex(choices, choice => choice.Word == text);
            value = found < 0 ? null : choices[found].Value;
            return found >= 0;
        });
    }

    /// <summary>A value that <paramref name="read"/> makes of the text, or null where the text does not serve.</summary>
    public static Option<T?> Value<T>(string name, string placeholder, string description, string expected, Func<string, T?> read)
        where T : class =>
        Parsed(name, placeholder, description, expected, [], (string text, out T? value) => (value = read(text)) is not null);

    private static Option<T> Parsed<T>(
        string name, string placeholder, string description, string expected, string[] aliases, TryParse<T> tryParse) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = placeholder,
            CustomParser = result =>
            {
                Token token = result.Tokens[^1];
                if (!tryParse(token.Value, out T value))
                    result.AddError($"{name}: expected {expected}, found '{token.Value}'");
                return value;
            },
        };
}
