using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Comparison;

/// <summary>A backend in a comparison. It uses slot 0, and overwrites what that holds.</summary>
/// <param name="backend">What computes; stays the caller's, who uses it for nothing else meanwhile.</param>
/// <param name="computation">What that is.</param>
public sealed class ComparedBackend(IBackend backend, Computation computation) : IComparedModel
{
    private const int Slot = 0;

    private readonly PromptFeeder _feeder = new(backend);

    /// <inheritdoc/>
    public Computation Computation => computation;

    /// <inheritdoc/>
    public string Description => backend.Description;

    /// <inheritdoc/>
    public GptConfiguration Configuration => backend.Configuration;

    /// <summary>What a backend is.</summary>
    /// <exception cref="ArgumentException">It is none of this library's.</exception>
    public static Computation ComputationOf(IBackend backend) => backend switch
    {
        CpuBackend cpu => new(ComputationKind.Cpu, cpu.Options.WeightType),
        CudaBackend cuda => new(ComputationKind.Cuda, cuda.WeightType),
        _ => throw new ArgumentException($"{backend.GetType().Name} is no backend of this library: say what it computes with"),
    };

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<int> tokens, IForwardObserver observer)
    {
        int[] positions = [.. Enumerable.Range(0, tokens.Length)];
        var batch = new RaggedBatch { Tokens = tokens, Slots = new int[tokens.Length], Positions = positions, LogitRows = positions };
        backend.Forward(batch, new float[checked(tokens.Length * Configuration.VocabularySize)], observer);
    }

    /// <inheritdoc/>
    public float[] LastLogits(ReadOnlySpan<int> tokens)
    {
        var logits = new float[Configuration.VocabularySize];
        _feeder.FeedForLast(Slot, tokens, logits, CancellationToken.None);
        return logits;
    }

    /// <inheritdoc/>
    /// <remarks>The first token comes of the prompt's logits, each further one of a decode step: the way of <c>--greedy</c>.</remarks>
    public int[] Greedy(ReadOnlySpan<int> prompt, int count, ReadOnlySpan<int> along)
    {
        if (count == 0)
            return [];
        var sampling = new SequenceSampling(new SamplingOptions { Greedy = true }, seed: 0, sequence: 0);
        float[] logits = LastLogits(prompt);
        List<int> continuation = [LogitScan.FirstOf(logits, LogitScan.Best(logits, prompt.Length))];
        Span<int> sampled = stackalloc int[1];
        while (continuation.Count < count && (continuation.Count > along.Length || along[continuation.Count - 1] == continuation[^1]))
        {
            int position = prompt.Length + continuation.Count - 1;
            backend.Decode([new DecodeRow(Slot, continuation[^1], position, sampling, LastPosition: prompt.Length + count - 1)], sampled);
            continuation.Add(sampled[0]);
        }
        return [.. continuation];
    }
}
