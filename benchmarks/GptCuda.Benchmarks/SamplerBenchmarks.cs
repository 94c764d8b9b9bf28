using BenchmarkDotNet.Attributes;
using GptCuda.Engine.Sampling;

namespace GptCuda.Benchmarks;

/// <summary>One token from the logits of GPT-2's vocabulary, one thread.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    private const int VocabularySize = 50257;

    private readonly float[] _logits = new float[VocabularySize];
    private Sampler _sampler = null!;
    private SequenceSampling _sequence = null!;
    private int _position;

    /// <summary>What is switched on.</summary>
    [Params("greedy", "top-k 40", "top-p 0.95", "everything")]
    public string Rule { get; set; } = "greedy";

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < _logits.Length; i++)
            _logits[i] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 8);
        _sampler = new Sampler(VocabularySize);
        var plain = new SamplingOptions { Temperature = 0.9f, TopK = 0 };
        _sequence = new SequenceSampling(
            Rule switch
            {
                "greedy" => new SamplingOptions { Greedy = true },
                "top-k 40" => plain with { TopK = 40 },
                "top-p 0.95" => plain with { TopP = 0.95f },
                _ => plain with { TopK = 200, TopP = 0.95f, MinP = 0.01f, RepetitionPenalty = 1.1f },
            },
            seed: 7,
            sequence: 0);
        for (int token = 0; token < 200; token++)
            _sequence.Observe(token * 31);
    }

    [Benchmark]
    public int Sample() => _sampler.Sample(_logits, _sequence, _position++ & 1023);
}
