using System.CommandLine;
using GptCuda.Cli.Parsing;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Input;

/// <summary>
/// Where a command takes its text from: the positional argument, <c>--file</c>, <c>--ids</c>, for prompts <c>--prompt</c>, or
/// standard input, which is read only for <c>-</c> or where nothing else is given and nobody types.
/// </summary>
internal sealed class TextSource
{
    /// <summary>What help calls a positional argument that is a text to continue.</summary>
    public const string PromptName = "PROMPT";

    /// <summary>What help calls one that is another text.</summary>
    public const string TextName = "TEXT";

    private readonly Argument<string?> _text;
    private readonly Setting<string?> _file;
    private readonly Setting<string?>? _prompt;
    private readonly Setting<TokenIds?>? _ids;
    private readonly Flag _special = new("--special", "Read <|endoftext|> in the text as the end-of-text token");

    private TextSource(Argument<string?> text, Setting<string?> file, Setting<string?>? prompt, Setting<TokenIds?>? ids)
    {
        _text = text;
        _file = file;
        _prompt = prompt;
        _ids = ids;
    }

    /// <summary>PROMPT, --prompt, --file or --prompt-file, --ids.</summary>
    public static TextSource ForPrompt() => new(
        Positional(PromptName, "Text to continue; '-' reads it from standard input"),
        SettingOf.Path("--file", "F", "Take the prompt from a file", "--prompt-file"),
        SettingOf.Text("--prompt", "TEXT", "The prompt, as an option"),
        SettingOf.Ids("--ids", "Token ids instead of text"));

    /// <summary>TEXT, --file, --ids.</summary>
    public static TextSource ForText() => new(
        Positional(TextName, "The text; '-' reads it from standard input"),
        SettingOf.Path("--file", "F", "Take the text from a file"),
        null,
        SettingOf.Ids("--ids", "Token ids instead of text"));

    /// <summary>TEXT, --file: for commands that ids make no sense for.</summary>
    public static TextSource ForTextOnly() => new(
        Positional(TextName, "The text; '-' reads it from standard input"),
        SettingOf.Path("--file", "F", "Take the text from a file"),
        null,
        null);

    public void AddTo(Command command)
    {
        command.Add(_text);
        if (_prompt is not null)
            command.Add(_prompt.Option);
        command.Add(_file.Option);
        if (_ids is not null)
            command.Add(_ids.Option);
        command.Add(_special.Option);
    }

    /// <summary>Whether <c>--special</c> is given.</summary>
    public bool Special(CommandContext context) => _special.IsSet(context.Parsed);

    /// <summary>What to read: a text, ids, or null where nothing is given and somebody sits at the terminal.</summary>
    /// <exception cref="UsageException">More than one is given.</exception>
    public Prompt? Read(CommandContext context)
    {
        if (_ids is not null && _ids.Read(context.Parsed) is { } ids)
        {
            CheckOnlyOne(context);
            return Prompt.FromIds(ids.Values.AsSpan());
        }
        string? text = ReadLiteral(context) ?? (PathOf(context) is { } path ? InputFile.ReadText(path) : null);
        return text is null ? (Prompt?)null : Prompt.FromText(text, Special(context));
    }

    /// <summary>The text where it stands on the command line itself, else null.</summary>
    public string? ReadLiteral(CommandContext context)
    {
        CheckOnlyOne(context);
        string? positional = context.Parsed.GetValue(_text);
        return positional is not null && !context.Scanned.StandardInputNamed ? positional
            : _prompt is null ? null
            : _prompt.Read(context.Parsed);
    }

    /// <summary>The file to read the text from, <c>-</c> for standard input; null where somebody sits at the terminal.</summary>
    public string? PathOf(CommandContext context) =>
        _file.Read(context.Parsed)
        ?? (context.Scanned.StandardInputNamed || context.Terminal.InputIsRedirected ? InputFile.StandardInput : null);

    /// <summary>The ways in which a text is given.</summary>
    public IReadOnlyList<string> Given(CommandContext context)
    {
        List<string> given = [];
        if (context.Parsed.GetValue(_text) is not null)
            given.Add(context.Scanned.StandardInputNamed ? "-" : $"the text '{context.Parsed.GetValue(_text)}'");
        foreach (Option? option in (ReadOnlySpan<Option?>)[_prompt?.Option, _file.Option, _ids?.Option])
        {
            if (option is not null && context.Parsed.GetResult(option) is not null)
                given.Add(option.Name);
        }
        return given;
    }

    private void CheckOnlyOne(CommandContext context)
    {
        if (Given(context) is { Count: > 1 } given)
            throw new UsageException($"expected one source of text, found {string.Join(" and ", given)}");
    }

    private static Argument<string?> Positional(string name, string description) =>
        new(name) { Arity = ArgumentArity.ZeroOrOne, Description = description };
}
