using System.CommandLine;
using GptCuda.Cli.Bench;
using GptCuda.Cli.Output;
using GptCuda.Cli.Parsing;
using GptCuda.Cli.Settings;
using GptCuda.Engine;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Commands;

/// <summary><c>gptcuda bench</c>: how fast a model runs, and how fast the machine would let it.</summary>
internal sealed class BenchCommand
{
    private const int MostBatch = 1024;

    private readonly Argument<string[]> _files = new("FILES")
    {
        Arity = new ArgumentArity(0, 2),
        Description = "With --compare: two files that --json wrote, the earlier first",
    };

    private readonly Flag _compare = new("--compare", "Compare two files instead of measuring");
    private readonly ModelChoice _model = new(standard: "synthetic:124M");
    private readonly Setting<DeviceSelection[]?> _devices = ListOf.Devices("--device", "What computes (default: cpu)");
    private readonly Setting<ElementType[]?> _types = ListOf.Types("--dtype", "How the weights are held (default: f32,bf16,int8)");
    private readonly Setting<int[]?> _threads = ListOf.Integers("--threads", 1, 1024, "Threads of the CPU (default: one a processor)");
    private readonly Setting<int[]?> _prompts = ListOf.Integers("--prompt", 0, 1 << 20, "Tokens of the prompts, 0 for none (default: 512)");
    private readonly Setting<int[]?> _batches = ListOf.Integers(
        "--batch", 0, MostBatch, "Sequences that decode together, 0 for none (default: 1,16)");
    private readonly Setting<int[]?> _depths = ListOf.Integers(
        "--depth", 0, 1 << 20, "Tokens in the cache before prompt or decode (default: 0)");
    private readonly Setting<int?> _samples = SettingOf.Integer("--samples", "N", 1, "Prompts that are timed (default: 5)", most: 1 << 20);
    private readonly Setting<int?> _steps = SettingOf.Integer(
        "--steps", "N", 1, "Decode steps that are timed (default: 64)", most: 1 << 20);
    private readonly Setting<int?> _warmup = SettingOf.Integer(
        "--warmup", "N", 0, "Passes before the first that is timed (default: 2)", most: 1 << 20);
    private readonly Flag _json = new("--json", "Print one JSON object; of a comparison, an array");
    private readonly Flag _csv = new("--csv", "Print comma-separated values");

    private BenchCommand() { }

    public static CommandDefinition Define()
    {
        var self = new BenchCommand();
        var command = new Command("bench", "Speed of prompts and of decoding, and what the machine would allow")
        {
            self._files, self._compare.Option,
        };
        self._model.AddTo(command);
        foreach (Option option in (ReadOnlySpan<Option>)[
            self._devices.Option, self._types.Option, self._threads.Option, self._prompts.Option, self._batches.Option, self._depths.Option,
            self._samples.Option, self._steps.Option, self._warmup.Option, self._json.Option, self._csv.Option])
        {
            command.Add(option);
        }

        return new CommandDefinition(
            command,
            self.Run,
            "gptcuda bench",
            "gptcuda bench --model synthetic:355M --dtype bf16 --threads 1,2 --prompt 128,512 --batch 1,4,16 --json > now.json",
            "gptcuda bench --compare before.json now.json");
    }

    private int Run(CommandContext context)
    {
        string[] files = context.Parsed.GetValue(_files) ?? [];
        bool json = _json.IsSet(context.Parsed), csv = _csv.IsSet(context.Parsed);
        if (json && csv)
            throw new UsageException("--json and --csv are two forms of the same; give one");
        if (_compare.IsSet(context.Parsed))
            return Compare(files, json, csv, context.Terminal);
        if (files.Length > 0)
            throw new UsageException($"bench takes files with --compare only, found '{files[0]}'");

        BenchReport report = Plan(context).Run(context.Terminal);
        if (json)
            JsonLines.Write(context.Terminal.Out, report, CliJson.Default.BenchReport);
        else if (csv)
            BenchText.WriteCsv(report, context.Terminal.Out);
        else
            BenchText.WriteTable(report, context.Terminal);
        return ExitCode.Success;
    }

    private static int Compare(string[] files, bool json, bool csv, Terminal terminal)
    {
        if (files is not [var before, var after])
            throw new UsageException($"--compare takes two files, found {files.Length}");
        IReadOnlyList<ComparedRow> rows = BenchComparison.Compare(BenchComparison.Read(before), BenchComparison.Read(after));
        if (json)
            JsonLines.Write(terminal.Out, rows, CliJson.Default.IReadOnlyListComparedRow);
        else if (csv)
            BenchComparison.WriteCsv(rows, terminal.Out);
        else
            BenchComparison.WriteTable(rows, terminal);
        return ExitCode.Success;
    }

    private BenchPlan Plan(CommandContext context)
    {
        int steps = _steps.Read(context.Parsed) ?? 64, samples = _samples.Read(context.Parsed) ?? 5;
        List<BenchCase> cases = [];
        foreach (int depth in _depths.Read(context.Parsed) ?? [0])
        {
            foreach (int tokens in _prompts.Read(context.Parsed) ?? [512])
            {
                if (tokens > 0)
                    cases.Add(new BenchCase(BenchCase.Prefill, tokens, Batch: 1, depth, samples));
            }

            foreach (int batch in _batches.Read(context.Parsed) ?? [1, 16])
            {
                if (batch > 0)
                    cases.Add(new BenchCase(BenchCase.Decode, Tokens: 1, batch, depth, steps));
            }
        }

        if (cases.Count == 0)
            throw new UsageException("--prompt 0 and --batch 0 leave nothing to measure");
        return new BenchPlan
        {
            Model = _model.Location(context),
            Devices = _devices.Read(context.Parsed) ?? [DeviceSelection.Cpu],
            Types = _types.Read(context.Parsed) ?? [ElementType.F32, ElementType.BF16, ElementType.Int8],
            Threads = _threads.Read(context.Parsed) ?? [Environment.ProcessorCount],
            Cases = cases,
            Warmup = _warmup.Read(context.Parsed) ?? 2,
        };
    }
}
