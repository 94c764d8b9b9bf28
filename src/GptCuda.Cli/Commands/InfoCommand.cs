using System.CommandLine;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Download;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;
using Spectre.Console;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda info</c>: a model's shape and the memory that it takes. Opens the weights without reading them.</summary>
internal static class InfoCommand
{
    private static readonly int[] SequenceCounts = [1, 4, 16];

    public static CommandDefinition Define()
    {
        ModelSettings model = new();
        Flag json = new("--json", "Print one JSON object");
        var command = new Command("info", "Configuration, parameter count, and memory by type and number of sequences") { json.Option };
        model.AddTo(command, computes: false);
        return new CommandDefinition(
            command,
            context => Run(context, model, json.IsSet(context.Parsed)),
            "gptcuda info",
            "gptcuda info --model synthetic:1558M --json");
    }

    private static int Run(CommandContext context, ModelSettings settings, bool json)
    {
        ModelOptions options = settings.Options(context, slots: null);
        if (options.Device.Kind == DeviceKind.Cuda)
            throw new PlatformNotSupportedException(
                $"device {options.Device}: info counts the memory of the CPU; of a GPU, "
                + "what a command takes is said when it loads a model");
        string location = settings.Location(context);
        using IWeightSource source = WeightSource.Open(location);
        Tokenizer? tokenizer = Directory.Exists(location) && Tokenizer.IsIn(location) ? Tokenizer.Load(location) : null;

        ElementType[] types = options.WeightType is { } type ? [type] : Enum.GetValues<ElementType>();
        int threads = options.Threads ?? Environment.ProcessorCount;
        ModelFacts facts = ModelFacts.Of(
            source,
            source.Configuration.EndOfText ?? tokenizer?.EndOfText,
            tokenizer is not null,
            [.. types.SelectMany(held => SequenceCounts.Select(count => MemoryFacts.Of(source.Configuration, held, count, threads)))]);
        if (json)
            JsonLines.Write(context.Terminal.Out, facts, CliJson.Default.ModelFacts);
        else
            Print(facts, context.Terminal);
        return ExitCode.Success;
    }

    private static void Print(ModelFacts facts, Terminal terminal)
    {
        terminal.Out.WriteLine(facts.Model);
        IAnsiConsole screen = Screen.OfOutput(terminal);
        Table shape = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        Row("parameters", $"{facts.Parameters:N0}");
        Row("layers", $"{facts.Layers}");
        Row("width", $"{facts.Width}");
        Row("heads", $"{facts.Heads}");
        Row("inner size", $"{facts.InnerSize}");
        Row("context", $"{facts.ContextLength}");
        Row("vocabulary", $"{facts.VocabularySize}{(facts.HasVocabulary ? "" : ", ids only: no vocabulary files")}");
        Row("end of text", facts.EndOfText is { } id ? $"{id}" : "none");
        Row("layer norm epsilon", $"{facts.LayerNormEpsilon}");
        Row("embeddings", facts.TiedEmbeddings ? "tied" : "untied");
        Row("stored as", string.Join(", ", facts.StoredTypes));
        if (facts.Source is { } origin)
        {
            Row("from", origin.Revision is null ? origin.Source : $"{origin.Source}, revision {origin.Revision}");
            if (origin.Commit is not null)
                Row("commit", origin.Commit);
            Row("downloaded", $"{origin.Completed:u}");
            foreach (VerifiedFile file in origin.Files)
                Row(
                    file.Name,
                    $"{file.Length:N0} bytes, "
                    + $"{(file.Algorithm is null ? "length verified" : $"verified by {file.Algorithm} {file.Hash}")}");
        }
        screen.Write(shape);
        terminal.Out.WriteLine();

        Table memory = new Table().Border(TableBorder.Simple);
        foreach (string header in (ReadOnlySpan<string>)["dtype", "sequences", "weights", "cache", "activations", "total"])
            memory.AddColumn(new TableColumn(header) { Alignment = header == "dtype" ? Justify.Left : Justify.Right });
        foreach (MemoryFacts row in facts.Memory)
            memory.AddRow(row.Dtype, $"{row.Sequences}", Size(row.Weights), Size(row.Cache), Size(row.Activations), Size(row.Total));
        screen.Write(memory);

        // The record of a download may come from anywhere, with codes that steer a terminal, or with a table's markup.
        void Row(string name, string value) =>
            shape.AddRow(Markup.Escape(Terminal.OneLine(name)), Markup.Escape(Terminal.OneLine(value)));
    }

    private static string Size(long bytes) => $"{bytes / (1024.0 * 1024):N1} MiB";
}
