using System.Reflection;
using System.Runtime.InteropServices;
using GptCuda.Cli.Output;
using GptCuda.Engine;
using GptCuda.Engine.Cpu.Measuring;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Bench;

/// <summary>What is to be measured: every case with every type, number of threads and device.</summary>
internal sealed record BenchPlan
{
    public required string Model { get; init; }

    public required IReadOnlyList<DeviceSelection> Devices { get; init; }

    public required IReadOnlyList<ElementType> Types { get; init; }

    /// <summary>Numbers of threads; they matter to the CPU only.</summary>
    public required IReadOnlyList<int> Threads { get; init; }

    public required IReadOnlyList<BenchCase> Cases { get; init; }

    /// <summary>Passes of each case that are not timed.</summary>
    public required int Warmup { get; init; }

    /// <summary>Measures everything.</summary>
    /// <exception cref="UsageException">A case does not fit into the model's context.</exception>
    public BenchReport Run(Terminal terminal)
    {
        CheckLengths();
        double? loadBefore = MachineNames.LoadAverage();
        DateTime started = DateTime.UtcNow;
        List<BenchLimit> limits = [];
        List<BenchRow> rows = [];
        ProgressBar.Run(terminal, slow: true, "measuring", report =>
        {
            int done = 0;
            foreach ((DeviceSelection device, int? threads) in Machines())
            {
                List<(BenchRun Run, BenchCase Work, SampleTimes Times, ElementType Type)> timed = [];
                MachineLimits? limit = null;
                foreach (ElementType type in Types)
                {
                    using GptModel model = Load(device, threads, type, terminal);
                    limit = Greater(limit, BenchRun.Limits(model.Backend));
                    var run = new BenchRun(model, Warmup);
                    foreach (BenchCase work in Cases)
                    {
                        timed.Add((run, work, run.Time(work), type));
                        report?.Invoke(++done / (double)(Machines().Count() * Types.Count * Cases.Count));
                    }

                    limit = Greater(limit, BenchRun.Limits(model.Backend));
                }

                if (limit is not null)
                    limits.Add(new BenchLimit($"{device}", threads, limit.BytesPerSecond, limit.FlopsPerSecond));
                rows.AddRange(timed.Select(case_ => case_.Run.Row($"{device}", case_.Work, case_.Times, case_.Type, limit)));
            }

            return rows;
        });
        return new BenchReport(
            typeof(BenchPlan).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Model,
            MachineNames.Processor(),
            Environment.ProcessorCount,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.OSDescription,
            started,
            loadBefore,
            MachineNames.LoadAverage(),
            limits,
            rows);
    }

    private static MachineLimits? Greater(MachineLimits? limit, MachineLimits? measured) =>
        limit is null || measured is null ? measured : limit.Or(measured);

    private IEnumerable<(DeviceSelection Device, int? Threads)> Machines() => Devices.SelectMany(device =>
        device.Kind == DeviceKind.Cuda ? [(device, (int?)null)] : Threads.Select(threads => (device, (int?)threads)));

    private GptModel Load(DeviceSelection device, int? threads, ElementType type, Terminal terminal)
    {
        GptModel model = GptModel.Load(Model, new ModelOptions
        {
            Device = device,
            WeightType = type,
            Threads = threads,
            Slots = Cases.Max(work => work.Batch),
        });
        if (model.DeviceReason is { } reason)
            terminal.SayWithResult(reason);
        return model;
    }

    private void CheckLengths()
    {
        using IWeightSource source = WeightSource.Open(Model);
        int context = source.Configuration.ContextLength;
        foreach (BenchCase work in Cases)
        {
            if (work.MostPositions(Warmup) > context)
            {
                throw new UsageException(work.Work == BenchCase.Prefill
                    ? $"a prompt of {work.Tokens} at depth {work.Depth}: the context of {Model} has {context} positions"
                    : $"{Warmup} + {work.Samples} steps at depth {work.Depth}: the context of {Model} has {context} positions");
            }
        }
    }
}
