using System.CommandLine;
using System.Text;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda detokenize</c>: ids to text. Reads only the vocabulary files of a model.</summary>
internal static class DetokenizeCommand
{
    public static CommandDefinition Define()
    {
        // Many, so that "1 2 3" works without quotes.
        var ids = new Argument<string[]>("IDS")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Token ids: 1,2,3 or [1,2,3]; '-' reads them from standard input",
        };
        ModelChoice model = new();
        Option<int[]?> option = OptionOf.Value("--ids", "L", "The ids, as an option", TokenIds.Expected, TokenIds.Read);
        Option<string?> file = OptionOf.Text("--file", "F", "Take the ids from a file");
        Option<bool> lines = OptionOf.Flag("--jsonl", "Each line {\"ids\":[..]} of the input gives a line {\"text\":..}");
        var command = new Command("detokenize", "Print the text of token ids") { ids, option, file, lines };
        model.AddTo(command);
        return new CommandDefinition(
            command,
            context => Task.FromResult(Run(context, ids, option, file, model, context.Parsed.GetValue(lines))),
            "gptcuda detokenize 642,537,268",
            "gptcuda tokenize \"Call me Ishmael.\" | gptcuda detokenize");
    }

    private static int Run(
        CommandContext context, Argument<string[]> ids, Option<int[]?> option, Option<string?> file, ModelChoice model, bool lines)
    {
        string? literal = context.Parsed.GetValue(ids) is { Length: > 0 } given && !context.Scanned.StandardInputNamed
            ? string.Join(' ', given)
            : null;
        int[]? fromOption = context.Parsed.GetValue(option);
        string? path = context.Parsed.GetValue(file);
        if (new object?[] { literal, fromOption, path }.Count(source => source is not null) > 1)
            throw new UsageException("detokenize takes its ids from IDS, --ids or --file: give one of them");
        bool named = literal is not null || fromOption is not null;
        if (!named && path is null)
        {
            path = context.Scanned.StandardInputNamed || !context.Terminal.InputIsTerminal
                ? InputFile.StandardInput
                : throw new UsageException("detokenize needs ids, --file F, or a pipe");
        }

        Tokenizer tokenizer = Vocabulary.Load(model.Location(context));
        if (lines)
        {
            if (fromOption is not null)
                throw new UsageException("--jsonl reads lines {\"ids\":[..]}, --ids gives none");
            using Stream stream = literal is null ? InputFile.Open(path!) : new MemoryStream(Encoding.UTF8.GetBytes(literal));
            JsonLines.Transform(stream, literal is null ? InputFile.NameOf(path!) : "the text", context.Terminal.Out,
                CliJson.Default.IdsLine, CliJson.Default.TextLine,
                line => new TextLine { Text = tokenizer.Decode(line.Ids) });
            return ExitCode.Success;
        }
        int[] list = fromOption ?? (literal is not null
            ? TokenIds.Read(literal) ?? throw new UsageException($"IDS: expected {TokenIds.Expected}, found '{literal}'")
            : TokenIds.Read(InputFile.ReadText(path!)) ?? throw new InvalidDataException($"{InputFile.NameOf(path!)}: expected {TokenIds.Expected}"));
        Vocabulary.CheckRange(list, tokenizer.VocabularySize);
        context.Terminal.Out.WriteLine(tokenizer.Decode(list));
        return ExitCode.Success;
    }
}
