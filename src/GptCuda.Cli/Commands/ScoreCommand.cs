using System.CommandLine;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda score</c>: how well the model predicts a text.</summary>
internal static class ScoreCommand
{
    public static CommandDefinition Define()
    {
        TextSource source = TextSource.ForText();
        ModelSettings model = new();
        Setting<int?> stride = SettingOf.Integer("--stride", "S", 1, "Tokens by which the window moves (default: half the context)");
        Flag json = new("--json", "Print one JSON object");
        var command = new Command("score", "Mean negative log-likelihood and perplexity of a text");
        source.AddTo(command);
        command.Add(stride.Option);
        command.Add(json.Option);
        model.AddTo(command);
        return new CommandDefinition(
            command,
            context => Run(context, source, model, stride, json.IsSet(context.Parsed)),
            "gptcuda score \"It was the best of times, it was the worst of times.\"",
            "gptcuda score --file book.txt --stride 256 --json");
    }

    private static int Run(CommandContext context, TextSource source, ModelSettings settings, Setting<int?> strideOption, bool json)
    {
        Prompt text = source.Read(context) ?? throw new UsageException("score needs a text, --file F, --ids L, or a pipe");
        using GptModel model = settings.Load(context, slots: 1);
        int? stride = strideOption.Read(context.Parsed);
        if (stride > model.Configuration.ContextLength)
            throw new UsageException(
                $"--stride: expected an integer from 1 to {model.Configuration.ContextLength}, the context, found '{stride}'");
        int[] ids = PromptIds.Of(text, model);

        context.Interruption.Handled = true;
        // One window is done before a bar could be drawn.
        bool slow = ids.Length > model.Configuration.ContextLength;
        ScoreResult result = ProgressBar.Run(context.Terminal, slow, "scoring", report => model.Score(
            ids, stride, report is null ? null : new Reporter(report), context.Interruption.Token));
        Print(result, json, context.Terminal.Out);
        if (settings.WantsStatistics(context))
            StatisticsReport.Write(model, seed: null, context.Terminal);
        return ExitCode.Success;
    }

    private static void Print(ScoreResult result, bool json, TextWriter output)
    {
        if (json)
        {
            JsonLines.Write(output, ScoreLine.Of(result), CliJson.Default.ScoreLine);
            return;
        }
        output.WriteLine($"tokens      {result.Tokens}");
        output.WriteLine($"scored      {result.Scored}");
        output.WriteLine($"stride      {result.Stride}");
        output.WriteLine($"mean nll    {result.MeanNll:F6}");
        output.WriteLine($"perplexity  {result.Perplexity:F4}");
    }

    /// <summary>Not <see cref="Progress{T}"/>, which would report from other threads and in any order.</summary>
    private sealed class Reporter(Action<double> report) : IProgress<ScoreProgress>
    {
        public void Report(ScoreProgress value) => report((double)value.Done / value.Total);
    }
}
