using BenchmarkDotNet.Attributes;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Weights;

namespace GptCuda.Benchmarks;

/// <summary>Whole forward passes of the 124M shape on the CPU: a prompt of 512, a step of one sequence and of sixteen.</summary>
public class ForwardBenchmarks
{
    private CpuBackend _backend = null!;
    private float[] _logits = [];

    /// <summary>How the weights are held.</summary>
    [Params(ElementType.F32, ElementType.BF16, ElementType.Int8)]
    public ElementType Type { get; set; }

    /// <summary>Threads that compute.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using var weights = new SyntheticWeightSource("124M");
        _backend = CpuBackend.Create(weights, new CpuOptions { WeightType = Type, Threads = Threads, SlotCount = 16 });
        _logits = new float[16 * weights.Configuration.VocabularySize];

        // Every slot holds a prompt, so that a step attends to 64 positions.
        for (int slot = 0; slot < 16; slot++)
            Forward(tokens: 64, sequences: 1, firstSlot: slot, position: 0);
    }

    [Benchmark]
    public void Prefill512() => Forward(tokens: 512, sequences: 1, firstSlot: 0, position: 0);

    [Benchmark]
    public void Decode1() => Forward(tokens: 1, sequences: 1, firstSlot: 0, position: 64);

    [Benchmark]
    public void Decode16() => Forward(tokens: 1, sequences: 16, firstSlot: 0, position: 64);

    [GlobalCleanup]
    public void Cleanup() => _backend.Dispose();

    private void Forward(int tokens, int sequences, int firstSlot, int position)
    {
        int count = tokens * sequences;
        Span<int> ids = stackalloc int[count], slots = stackalloc int[count], positions = stackalloc int[count];
        Span<int> wanted = stackalloc int[sequences];
        for (int i = 0; i < count; i++)
            (ids[i], slots[i], positions[i]) = (i * 31, firstSlot + (i / tokens), position + (i % tokens));
        for (int i = 0; i < sequences; i++)
            wanted[i] = ((i + 1) * tokens) - 1;
        _backend.Forward(
            new RaggedBatch { Tokens = ids, Slots = slots, Positions = positions, LogitRows = wanted },
            _logits.AsSpan(0, sequences * _backend.Configuration.VocabularySize));
    }
}
