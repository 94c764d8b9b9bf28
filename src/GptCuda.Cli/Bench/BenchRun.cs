using System.Diagnostics;
using GptCuda.Cli.Output;
using GptCuda.Engine;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cpu.Measuring;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Bench;

/// <summary>Times the cases of one loaded model, beside the limits of what it runs on.</summary>
internal sealed class BenchRun
{
    private readonly IBackend _backend;
    private readonly int _warmup;
    private readonly float[] _logits;
    private readonly SequenceSampling _greedy = new(new SamplingOptions { Greedy = true }, seed: 0, sequence: 0);

    /// <param name="model">What is timed; nothing else uses it meanwhile.</param>
    /// <param name="warmup">Passes of each case before the first that is timed.</param>
    public BenchRun(GptModel model, int warmup)
    {
        _backend = model.Backend;
        _warmup = warmup;
        _logits = new float[_backend.Configuration.VocabularySize];
    }

    /// <summary>What the device under a backend gives; null where no measurement is made for its kind.</summary>
    public static MachineLimits? Limits(IBackend backend) => backend switch
    {
        CpuBackend cpu => CpuLimits.Measure(cpu.Options.Threads),
        _ => null,
    };

    /// <summary>Times one case.</summary>
    public SampleTimes Time(BenchCase work)
    {
        for (int slot = 0; slot < work.Batch; slot++)
            Fill(slot, work.Depth);
        return new(work.Work == BenchCase.Prefill ? TimePrompts(work) : TimeSteps(work));
    }

    /// <summary>The figures of a case.</summary>
    /// <param name="device">As <c>--device</c> names it.</param>
    /// <param name="work">The case.</param>
    /// <param name="times">What it took.</param>
    /// <param name="type">How the weights are held.</param>
    /// <param name="limits">What the device gives, where that is known.</param>
    public BenchRow Row(string device, BenchCase work, SampleTimes times, ElementType type, MachineLimits? limits)
    {
        // The cache grows by a position a step; the cost is that of the steps' middle.
        double position = work.Work == BenchCase.Prefill ? work.Depth : work.Depth + _warmup + ((work.Samples - 1) / 2.0);
        var cost = WorkCost.Of(_backend.Configuration, type, CacheType(type), work.Tokens, work.Batch, position);
        return new BenchRow(
            device,
            _backend.Description,
            MemoryFacts.NameOf(type),
            (_backend as CpuBackend)?.Options.Threads,
            work.Work,
            work.Tokens,
            work.Batch,
            work.Depth,
            work.Samples,
            times.Median * 1e3,
            times.Percentile95 * 1e3,
            times.Least * 1e3,
            work.Tokens * work.Batch / times.Median,
            cost.Bytes / times.Median,
            cost.Bytes / times.Median / limits?.BytesPerSecond,
            cost.Flops / times.Median,
            cost.Flops / times.Median / limits?.FlopsPerSecond);
    }

    /// <summary>How keys and values are held: f32 on the CPU, elsewhere the narrow types have a narrow cache.</summary>
    private ElementType CacheType(ElementType type) =>
        _backend is CpuBackend || type == ElementType.F32 ? ElementType.F32 : ElementType.F16;

    private double[] TimePrompts(BenchCase work)
    {
        var seconds = new double[work.Samples];
        for (int sample = -_warmup; sample < work.Samples; sample++)
        {
            long since = Stopwatch.GetTimestamp();
            Feed(slot: 0, work.Depth, work.Tokens, _logits);
            if (sample >= 0)
                seconds[sample] = Stopwatch.GetElapsedTime(since).TotalSeconds;
        }

        return seconds;
    }

    private double[] TimeSteps(BenchCase work)
    {
        var seconds = new double[work.Samples];
        var rows = new DecodeRow[work.Batch];
        var sampled = new int[work.Batch];
        for (int sample = -_warmup; sample < work.Samples; sample++)
        {
            int position = work.Depth + _warmup + sample;
            for (int slot = 0; slot < rows.Length; slot++)
                rows[slot] = new DecodeRow(slot, Token(slot, position), position, _greedy);
            long since = Stopwatch.GetTimestamp();
            _backend.Decode(rows, sampled);
            if (sample >= 0)
                seconds[sample] = Stopwatch.GetElapsedTime(since).TotalSeconds;
        }

        return seconds;
    }

    private void Fill(int slot, int depth)
    {
        if (depth > 0)
            Feed(slot, position: 0, depth, []);
    }

    /// <summary>Feeds tokens of one sequence; the logits of the last are taken where there is room for them.</summary>
    private void Feed(int slot, int position, int count, float[] logits)
    {
        int[] tokens = new int[count], slots = new int[count], positions = new int[count];
        Array.Fill(slots, slot);
        for (int i = 0; i < count; i++)
            (tokens[i], positions[i]) = (Token(slot, position + i), position + i);
        ReadOnlySpan<int> wanted = logits.Length == 0 ? [] : [count - 1];
        _backend.Forward(new RaggedBatch { Tokens = tokens, Slots = slots, Positions = positions, LogitRows = wanted }, logits);
    }

    /// <summary>Some token: which one makes no difference to the time.</summary>
    private int Token(int slot, int position) => (int)(((slot * 7919L) + (position * 31L)) % _backend.Configuration.VocabularySize);
}
