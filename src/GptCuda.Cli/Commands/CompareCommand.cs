using System.CommandLine;
using GptCuda.Cli.Input;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Generation;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda compare</c>: the same prompt through two of reference, CPU and GPU, point by point.</summary>
internal sealed class CompareCommand
{
    private const int DefaultTokens = 32;

    private readonly TextSource _source = TextSource.ForPrompt();
    private readonly ModelSettings _model = new();
    private readonly AgainstSettings _against = new();
    private readonly Setting<int?> _tokens = SettingOf.Integer(
        "-n", "N", 0, $"Tokens of the greedy texts (default: {DefaultTokens})", aliases: ["--tokens"]);

    private readonly Flag _json = new("--json", "Print one JSON object");

    private CompareCommand() { }

    public static CommandDefinition Define()
    {
        var self = new CompareCommand();
        var command = new Command("compare", "Run a prompt through two computations of a model and compare what they have inside");
        self._source.AddTo(command);
        self._against.AddTo(command);
        command.Add(self._tokens.Option);
        command.Add(self._json.Option);
        self._model.AddTo(command, computes: false);
        return new CommandDefinition(
            command,
            self.Run,
            "gptcuda compare",
            "gptcuda compare \"Call me Ishmael.\" --device cuda --dtype bf16 --against cpu",
            "gptcuda compare --dtype int8 --against cpu --against-dtype f32 -n 64",
            "gptcuda compare --model DIR --against-model OTHER --against cpu --json");
    }

    private int Run(CommandContext context)
    {
        Prompt? prompt = _source.Read(context);
        GptModel model = _model.Load(context, slots: 1);
        using ComparedSide first = ComparedSide.Of(model), second = Against(context, first);
        // Nothing on standard input is no prompt.
        int[] ids = prompt is { Text: not "" } given ? PromptIds.Of(given, model) : [];
        if (ids.Length == 0)
            ids = DefaultPrompt.For(model);
        ModelComparison comparison = ModelComparison.Run(first.Model, second.Model, ids, _tokens.Read(context.Parsed) ?? DefaultTokens);
        context.Terminal.ResultBegins();
        var labels = ComparisonLabels.Of(first, second);
        if (_json.IsSet(context.Parsed))
            JsonLines.Write(context.Terminal.Out, ComparisonFacts.Of(comparison, first, second), CliJson.Default.ComparisonFacts);
        else
            ComparisonReport.Write(comparison, first, second, labels, context.Terminal);
        if (comparison.IsWithin)
            return ExitCode.Success;
        string where = comparison.FirstBeyond is { } beyond
            ? $"first at {beyond.Name}"
            : $"token {comparison.Greedy!.Same} of the greedy texts";
        context.Terminal.Out.Flush();
        context.Terminal.Say($"{labels.First} and {labels.Second} differ beyond tolerance: {where}");
        return ExitCode.Failure;
    }

    private ComparedSide Against(CommandContext context, ComparedSide first)
    {
        Computation judged = first.Model.Computation;
        Computation expected = new(_against.Kind(context), _against.Dtype(context) ?? judged.Type);
        string location = _against.Model(context) is { } other ? _model.LocationOf(context, other, "--against-model") : first.Location;
        if (expected == judged && location == first.Location)
            throw new UsageException($"both sides are {judged} of {location}: give --against, --against-dtype or --against-model");
        return expected.Kind == ComputationKind.Reference
            ? ComparedSide.Reference(location, expected.Type)
            : ComparedSide.Of(GptModel.Load(location, _model.Options(context, slots: 1) with
            {
                WeightType = expected.Type,
                Device = expected.Kind == ComputationKind.Cpu ? DeviceSelection.Cpu : Gpu(context),
            }));
    }

    /// <summary>The GPU of <c>--device</c> where it names one, else the first.</summary>
    private DeviceSelection Gpu(CommandContext context) =>
        _model.Options(context, slots: 1).Device is { Kind: DeviceKind.Cuda } named ? named : DeviceSelection.Cuda();
}
