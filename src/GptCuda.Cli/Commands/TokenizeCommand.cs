using System.CommandLine;
using System.Text;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda tokenize</c>: text to ids. Reads only the vocabulary files of a model.</summary>
internal static class TokenizeCommand
{
    public static CommandDefinition Define()
    {
        TextSource source = TextSource.ForTextOnly();
        ModelChoice model = new();
        Flag lines = new("--jsonl", "Each line {\"text\":..} of the input gives a line {\"ids\":[..]}");
        var command = new Command("tokenize", "Print the token ids of a text");
        source.AddTo(command);
        command.Add(lines.Option);
        model.AddTo(command);
        return new CommandDefinition(
            command,
            context => Run(context, source, model, lines.IsSet(context.Parsed)),
            "gptcuda tokenize \"Call me Ishmael.\"",
            "gptcuda tokenize --jsonl --file texts.jsonl");
    }

    private static int Run(CommandContext context, TextSource source, ModelChoice model, bool lines)
    {
        string? literal = source.ReadLiteral(context);
        string? path = literal is null ? source.PathOf(context) : null;
        if (literal is null && path is null)
            throw new UsageException("tokenize needs a text, --file F, or a pipe");

        Tokenizer tokenizer = Vocabulary.Load(model.Location(context), "tokenize");
        bool special = source.Special(context);
        if (lines)
        {
            using Stream stream = literal is null ? InputFile.Open(path!) : new MemoryStream(Encoding.UTF8.GetBytes(literal));
            JsonLines.Transform(stream, literal is null ? InputFile.NameOf(path!) : "the text", context.Terminal.Out,
                CliJson.Default.TextLine, "text", """{"text":".."}""", CliJson.Default.IdsLine,
                line => line.Text is null ? null : new IdsLine { Ids = tokenizer.Encode(line.Text, special) });
            return ExitCode.Success;
        }
        context.Terminal.Out.WriteLine(TokenIds.Write(tokenizer.Encode(literal ?? InputFile.ReadText(path!), special)));
        return ExitCode.Success;
    }
}
