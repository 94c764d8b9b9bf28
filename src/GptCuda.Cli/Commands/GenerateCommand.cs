using System.CommandLine;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda [generate]</c>: text from a prompt.</summary>
internal sealed class GenerateCommand
{
    private readonly TextSource _source = TextSource.ForPrompt();
    private readonly ModelSettings _model = new();
    private readonly GenerationSettings _generation = new();

    private readonly Setting<string?> _prompts = SettingOf.Path(
        "--prompts", "F.jsonl", "Many prompts: lines {\"prompt\":..} or {\"ids\":[..]}, optional \"seed\" and \"n\"; prints JSON Lines");

    private readonly Setting<int?> _samples = SettingOf.Integer("--samples", "N", 1, "Continuations of each prompt (default: 1)");
    private readonly Setting<int?> _batchSize = SettingOf.Integer(
        "--batch-size", "B", 1, "Sequences computed at a time (default: what fits)");
    private readonly Flag _json = new("--json", "Print a JSON line a sequence");

    private GenerateCommand() { }

    public static CommandDefinition Define()
    {
        var self = new GenerateCommand();
        var command = new Command("generate", "Continue a text (the default command)");
        self._source.AddTo(command);
        command.Add(self._prompts.Option);
        self._generation.AddTo(command);
        command.Add(self._samples.Option);
        command.Add(self._batchSize.Option);
        command.Add(self._json.Option);
        self._model.AddTo(command);
        command.Add(new VersionOption("--version") { Description = "Print the version" });
        return new CommandDefinition(
            command,
            self.Run,
            "gptcuda \"The people of the United States\"",
            "gptcuda \"Call me Ishmael.\" -n 40 --temperature 0.9 --top-p 0.95 --seed 7",
            "gptcuda --greedy -n 20 --json \"In the beginning\"",
            "echo \"And the LORD said\" | gptcuda --samples 3 -n 30",
            "gptcuda --prompts prompts.jsonl --model DIR --dtype bf16",
            "gptcuda generate -- \"-5 degrees\"");
    }

    private int Run(CommandContext context)
    {
        GenerationOptions options = _generation.Read(context.Parsed);
        int samples = _samples.Read(context.Parsed) ?? 1;
        string? prompts = _prompts.Read(context.Parsed);
        if (prompts is not null && _source.Given(context) is { Count: > 0 } others)
            throw new UsageException($"expected one source of text, found --prompts and {others[0]}");
        Prompt? prompt = prompts is null ? _source.Read(context) : null;
        using Stream? lines = prompts is null ? null : InputFile.Open(prompts);

        bool one = prompts is null && samples == 1;
        int? batchSize = _batchSize.Read(context.Parsed);
        // No more of the cache than there are sequences, where their number is known.
        int? slots = one ? 1 : prompts is null && batchSize > samples ? samples : batchSize;
        using GptModel model = _model.Load(context, slots);
        int vocabulary = model.Configuration.VocabularySize;
        if (prompt is { } given)
            PromptIds.Check(given, model);
        if (options.StopStrings.Count > 0)
            Vocabulary.Require(model, "--stop needs them");
        if (prompts is null && prompt is null && context.Terminal.ErrorIsTerminal)
            context.Terminal.Say("no prompt: starting from the end-of-text token");

        context.Interruption.Handled = true;
        if (one && !_json.IsSet(context.Parsed))
        {
            Continuation.Print(model, prompt ?? Prompt.Empty, options, context);
        }
        else
        {
            CancellationToken stop = context.Interruption.Token;
            IAsyncEnumerable<GenerationResult> results = lines is null
                ? model.GenerateManyAsync([new GenerationRequest(prompt ?? Prompt.Empty, options) { Samples = samples }], stop)
                : model.GenerateManyAsync(
                    PromptsFile.ReadAsync(lines, InputFile.NameOf(prompts!), options, samples, _source.Special(context), vocabulary), stop);
            PrintAll(results, samples, json: prompts is not null || _json.IsSet(context.Parsed), context.Terminal);
        }
        if (_model.WantsStatistics(context))
            StatisticsReport.Write(model, options.Sampling.IsGreedy ? null : options.Seed, context.Terminal);
        return ExitCode.Success;
    }

    private static void PrintAll(IAsyncEnumerable<GenerationResult> results, int samples, bool json, Terminal terminal)
    {
        TextWriter output = terminal.Out;
        foreach (GenerationResult result in results.ToBlockingEnumerable())
        {
            terminal.ResultBegins();
            if (json)
            {
                JsonLines.Write(output, SequenceLine.Of(result), CliJson.Default.SequenceLine);
                continue;
            }
            output.WriteLine($"=== sample {result.Sample + 1} of {samples} ===");
            output.WriteLine(result.Text ?? TokenIds.Write(result.Ids));
            output.Flush();
        }
    }
}
