using GptCuda.Engine.Backends;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>
/// A backend without a model: the logits after a token are a fixed function of all tokens up to it, as the slot's cache has them. A
/// token in a wrong slot or at a wrong position, or a cache copied badly, changes everything that follows.
/// </summary>
internal sealed class HistoryBackend(GptConfiguration configuration, int slots, Func<int[], float[]> logitsAfter) : IBackend
{
    private readonly List<int>[] _history = [.. Enumerable.Range(0, slots).Select(_ => new List<int>())];
    private readonly Sampler _sampler = new(configuration.VocabularySize);

    public GptConfiguration Configuration => configuration;

    public string Description => "history";

    public int SlotCount => slots;

    /// <summary>Tokens that Forward was given, not counting those of Decode.</summary>
    public int PrefilledTokens { get; private set; }

    public int LargestBatch { get; private set; }

    public int LargestLogitRows { get; private set; }

    public int CopiedSlots { get; private set; }

    public List<int> DecodeBatches { get; } = [];

    public bool Disposed { get; private set; }

    /// <summary>Called at the beginning of each step.</summary>
    public Action OnStep { get; set; } = () => { };

    public void Forward(RaggedBatch batch, Span<float> logits, IForwardObserver? observer = null)
    {
        PrefilledTokens += batch.Tokens.Length;
        Feed(batch, logits);
    }

    public void Score(RaggedBatch batch, ReadOnlySpan<int> targets, Span<double> likelihoods)
    {
        int vocabulary = configuration.VocabularySize;
        float[] logits = new float[targets.Length * vocabulary];
        Forward(batch, logits);
        for (int i = 0; i < targets.Length; i++)
            likelihoods[i] = LogProbability.Negative(
                logits.AsSpan(i * vocabulary, vocabulary), targets[i], batch.Positions[batch.LogitRows[i]] + 1);
    }

    public void Decode(ReadOnlySpan<DecodeRow> rows, Span<int> sampled)
    {
        DecodeBatches.Add(rows.Length);
        float[] logits = new float[configuration.VocabularySize];
        for (int i = 0; i < rows.Length; i++)
        {
            Feed(
                new RaggedBatch { Tokens = [rows[i].Token], Slots = [rows[i].Slot], Positions = [rows[i].Position], LogitRows = [0] },
                logits);
            sampled[i] = _sampler.Sample(logits, rows[i].Sampling, rows[i].Position + 1);
        }
    }

    public void CopySlot(int source, int destination, int length)
    {
        Assert.NotEqual(source, destination);
        CopiedSlots++;
        _history[destination].Clear();
        _history[destination].AddRange(_history[source][..length]);
    }

    public void Dispose() => Disposed = true;

    private void Feed(RaggedBatch batch, Span<float> logits)
    {
        Assert.False(Disposed);
        OnStep();
        LargestBatch = Math.Max(LargestBatch, batch.Tokens.Length);
        LargestLogitRows = Math.Max(LargestLogitRows, batch.LogitRows.Length);
        Assert.Equal(batch.LogitRows.Length * configuration.VocabularySize, logits.Length);
        int row = 0;
        for (int i = 0; i < batch.Tokens.Length; i++)
        {
            var history = _history[batch.Slots[i]];
            int position = batch.Positions[i];
            Assert.InRange(position, 0, Math.Min(history.Count, configuration.ContextLength - 1));
            history.RemoveRange(position, history.Count - position);
            history.Add(batch.Tokens[i]);
            if (row < batch.LogitRows.Length && batch.LogitRows[row] == i)
                logitsAfter([.. history]).CopyTo(logits[(configuration.VocabularySize * row++)..]);
        }
        Assert.Equal(batch.LogitRows.Length, row);
    }
}
