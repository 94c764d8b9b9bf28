using System.Runtime.InteropServices;

namespace GptCuda.Engine.Sampling;

/// <summary>What the sampler needs to know of one sequence: its options, its place in the random stream, the tokens it has seen.</summary>
/// <remarks>Whoever feeds the sequence observes its tokens, those of the prompt and each one that was sampled.</remarks>
public sealed class SequenceSampling
{
    private readonly HashSet<int> _known = [];
    private readonly List<int> _seen = [];

    /// <param name="options">How tokens are chosen.</param>
    /// <param name="seed">Key of the random stream.</param>
    /// <param name="sequence">Number of the sequence in the stream; sequences of one seed draw independently.</param>
    public SequenceSampling(SamplingOptions options, ulong seed, uint sequence)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        Seed = seed;
        Sequence = sequence;
    }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Options { get; }

    /// <summary>Key of the counter-based random stream.</summary>
    public ulong Seed { get; }

    /// <summary>Number of the sequence in the random stream.</summary>
    public uint Sequence { get; }

    /// <summary>
    /// Distinct tokens of prompt and continuation so far, to which the repetition penalty applies, in the order of their first
    /// appearance; empty where there is no penalty. Valid until the next <see cref="Observe"/>.
    /// </summary>
    public ReadOnlySpan<int> Seen => CollectionsMarshal.AsSpan(_seen);

    /// <summary>Records a token of the prompt or the continuation.</summary>
    public void Observe(int token)
    {
        if (Options.RepetitionPenalty != 1 && _known.Add(token))
            _seen.Add(token);
    }
}
