using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>Whole runs of a backend, in the shapes that tests ask for again and again.</summary>
internal static class BackendRuns
{
    /// <summary>Logits of all positions of a text, fed at once into a slot from position 0 on.</summary>
    public static float[] AllLogits(this IBackend backend, int[] tokens, int slot = 0, IForwardObserver? observer = null)
    {
        var logits = new float[tokens.Length * backend.Configuration.VocabularySize];
        backend.Forward(
            new RaggedBatch
            {
                Tokens = tokens,
                Slots = Enumerable.Repeat(slot, tokens.Length).ToArray(),
                Positions = Enumerable.Range(0, tokens.Length).ToArray(),
                LogitRows = Enumerable.Range(0, tokens.Length).ToArray(),
            },
            logits,
            observer);
        return logits;
    }

    /// <summary>Feeds tokens of one slot, from a position on, and gives the logits of the last.</summary>
    public static float[] LastLogits(this IBackend backend, ReadOnlySpan<int> tokens, int position = 0, int slot = 0)
    {
        var logits = new float[backend.Configuration.VocabularySize];
        backend.Forward(
            new RaggedBatch
            {
                Tokens = tokens,
                Slots = Enumerable.Repeat(slot, tokens.Length).ToArray(),
                Positions = Enumerable.Range(position, tokens.Length).ToArray(),
                LogitRows = [tokens.Length - 1],
            },
            logits);
        return logits;
    }

    /// <summary>The greedy continuation: the prompt at once, then token by token from the cache.</summary>
    public static int[] Greedy(this IBackend backend, int[] prompt, int count)
    {
        var sampling = new SequenceSampling(new SamplingOptions { Greedy = true }, seed: 0, sequence: 0);
        var continuation = new int[count];
        float[] logits = backend.LastLogits(prompt);
        continuation[0] = Array.IndexOf(logits, logits.Max());
        for (int i = 1; i < count; i++)
            backend.Decode([new DecodeRow(0, continuation[i - 1], prompt.Length + i - 1, sampling)], continuation.AsSpan(i, 1));
        return continuation;
    }
}
