using System.CommandLine;
using System.Text;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda detokenize</c>: ids to text. Reads only the vocabulary files of a model.</summary>
internal sealed class DetokenizeCommand
{
    /// <summary>Many, so that <c>1 2 3</c> works without quotes.</summary>
    private readonly Argument<string[]> _positional = new("IDS")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Token ids: 1,2,3 or [1,2,3]; '-' reads them from standard input",
    };

    private readonly Setting<string?> _ids = SettingOf.Text("--ids", "L", "The ids, as an option");
    private readonly Setting<string?> _file = SettingOf.Path("--file", "F", "Take the ids from a file");
    private readonly Flag _lines = new("--jsonl", "Each line {\"ids\":[..]} of the input gives a line {\"text\":..}");
    private readonly ModelChoice _model = new();

    private DetokenizeCommand() { }

    public static CommandDefinition Define()
    {
        var self = new DetokenizeCommand();
        var command = new Command("detokenize", "Print the text of token ids")
        {
            self._positional, self._ids.Option, self._file.Option, self._lines.Option,
        };
        self._model.AddTo(command);
        return new CommandDefinition(
            command,
            context => self.Run(context),
            "gptcuda detokenize 642,537,268",
            "gptcuda tokenize \"Call me Ishmael.\" | gptcuda detokenize");
    }

    private int Run(CommandContext context)
    {
        (string? literal, string path) = Source(context);
        Tokenizer tokenizer = Vocabulary.Load(_model.Location(context), "detokenize");
        if (_lines.IsSet(context.Parsed))
        {
            using Stream stream = literal is null ? InputFile.Open(path) : new MemoryStream(Encoding.UTF8.GetBytes(literal));
            JsonLines.Transform(stream, literal is null ? InputFile.NameOf(path) : "IDS", context.Terminal.Out,
                CliJson.Default.IdsLine, "ids", """{"ids":[..]}""", CliJson.Default.TextLine,
                line => line.Ids is null ? null : new TextLine { Text = Decode(line.Ids, tokenizer) });
            return ExitCode.Success;
        }
        string text = literal ?? InputFile.ReadText(path);
        if (TokenIds.Read(text) is not { } ids)
        {
            string problem = $"expected {TokenIds.Expected}, found {TokenIds.Describe(text)}";
            throw literal is null
                ? new InvalidDataException($"{InputFile.NameOf(path)}: {problem}")
                : new UsageException($"IDS: {problem}");
        }
        Vocabulary.CheckRange(ids.Values, tokenizer.VocabularySize);
        context.Terminal.Out.WriteLine(tokenizer.Decode(ids.Values.AsSpan()));
        return ExitCode.Success;
    }

    private static string Decode(int[] ids, Tokenizer tokenizer) =>
        Vocabulary.ProblemOf(ids, tokenizer.VocabularySize) is { } problem ? throw new FormatException(problem) : tokenizer.Decode(ids);

    /// <summary>What stands on the command line, or else the file to read, <c>-</c> for standard input.</summary>
    private (string? Literal, string Path) Source(CommandContext context)
    {
        string[] positional = context.Parsed.GetValue(_positional) ?? [];
        string? option = _ids.Read(context.Parsed), file = _file.Read(context.Parsed);
        if ((positional.Length > 0 ? 1 : 0) + (option is null ? 0 : 1) + (file is null ? 0 : 1) > 1)
            throw new UsageException("expected one source of ids, found several of IDS, --ids and --file");
        string? literal = option ?? (positional.Length > 0 && !context.Scanned.StandardInputNamed ? string.Join(' ', positional) : null);
        if (literal is null && file is null && positional.Length == 0 && !context.Terminal.InputIsRedirected)
            throw new UsageException("detokenize needs ids, --file F, or a pipe");
        return (literal, file ?? InputFile.StandardInput);
    }
}
