using System.CommandLine;

namespace GptCuda.Cli.Parsing;

/// <summary>Reads a value from its text.</summary>
internal delegate bool TryParse<T>(string text, out T value);

/// <summary>An option with a value.</summary>
/// <remarks>
/// To System.CommandLine every option is text: its generic classes over int or float are in no compiled image, and compiling them
/// at each start would take longer than the parsing itself.
/// </remarks>
/// <typeparam name="T">What the text is read as; nullable, because <c>default</c> means absent.</typeparam>
internal sealed class Setting<T>
{
    private readonly Option<string?> _option;
    private readonly TryParse<T> _tryParse;

    /// <param name="option">Names and description.</param>
    /// <param name="expected">What the error says instead of another text.</param>
    /// <param name="tryParse">Reads the value.</param>
    /// <param name="describe">What the error says of the text that was found; null for the text itself.</param>
    public Setting(Option<string?> option, string expected, TryParse<T> tryParse, Func<string, string>? describe = null)
    {
        _option = option;
        _tryParse = tryParse;
        option.Validators.Add(result =>
        {
            // An option that stands there twice does not come as far as this.
            if (result.Tokens is [var token] && !tryParse(token.Value, out _))
                result.AddError($"{option.Name}: expected {expected}, found {describe?.Invoke(token.Value) ?? $"'{token.Value}'"}");
        });
    }

    public Option Option => _option;

    /// <summary>The value, or <c>default</c> where the option is absent.</summary>
    public T? Read(ParseResult parsed) =>
        parsed.GetResult(_option) is { Tokens: [var token, ..] } && _tryParse(token.Value, out T value) ? value : default;
}
