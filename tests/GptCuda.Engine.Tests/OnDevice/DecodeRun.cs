using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Tests.Cpu;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>
/// Sequences that are decoded step by step on one backend, and checked against the CPU's sampler on the logits that a second, equal
/// backend gives for the same tokens, each sequence alone and a token at a time.
/// </summary>
/// <param name="backend">Decodes.</param>
/// <param name="logitsOf">Gives logits.</param>
/// <param name="tolerance">
/// How near the logits of two tokens must be, as a share of the largest, for a greedy choice between them to count as equal; 0: the very
/// token is asked for, which holds while steps go through the same kernels whatever the number of sequences.
/// </param>
internal sealed class DecodeRun(IBackend backend, IBackend logitsOf, float tolerance = 0)
{
    private readonly SortedDictionary<int, (List<int> Tokens, SequenceSampling Sampling)> _sequences = [];
    private readonly Sampler _sampler = new(backend.Configuration.VocabularySize);
    private uint _joined;

    /// <summary>The slots of the sequences that go on.</summary>
    public List<int> Slots => [.. _sequences.Keys];

    /// <summary>Feeds a prompt, all but its last token.</summary>
    public void Join(int slot, int[] prompt, SamplingOptions options)
    {
        var sampling = new SequenceSampling(options, seed: 99, _joined++);
        foreach (int token in prompt)
            sampling.Observe(token);
        if (prompt.Length > 1)
        {
            backend.LastLogits(prompt.AsSpan(..^1), slot: slot);
            logitsOf.LastLogits(prompt.AsSpan(..^1), slot: slot);
        }
        _sequences.Add(slot, ([.. prompt], sampling));
    }

    public void Leave(int slot) => _sequences.Remove(slot);

    /// <summary>Decodes one token of every sequence; one that reaches the context's end leaves.</summary>
    public void Step()
    {
        int last = backend.Configuration.ContextLength - 1;
        DecodeRow[] rows = [.. _sequences.Select(entry => new DecodeRow(
            entry.Key, entry.Value.Tokens[^1], entry.Value.Tokens.Count - 1, entry.Value.Sampling, LastPosition: last))];
        int[] sampled = new int[rows.Length];
        backend.Decode(rows, sampled);
        for (int i = 0; i < rows.Length; i++)
        {
            (List<int> tokens, SequenceSampling sampling) = _sequences[rows[i].Slot];
            float[] logits = logitsOf.LastLogits([tokens[^1]], tokens.Count - 1, rows[i].Slot);
            int expected = _sampler.Sample(logits, sampling, tokens.Count);
            Assert.True(
                sampled[i] == expected || Near(logits, sampling.Options, expected, sampled[i]),
                $"slot {rows[i].Slot}, position {tokens.Count}, {sampling.Options}: expected {expected}, found {sampled[i]}");
            tokens.Add(sampled[i]);
            sampling.Observe(sampled[i]);
            if (tokens.Count == last + 1)
                Leave(rows[i].Slot);
        }
    }

    private bool Near(float[] logits, SamplingOptions options, int expected, int found) =>
        (options.Greedy || options.Temperature == 0) && options.RepetitionPenalty == 1
        && Math.Abs(logits[expected] - logits[found]) < tolerance * logits.Max(Math.Abs);
}
