using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Generation;

/// <summary>Feeds tokens of one sequence to a backend in pieces, so that the activations of a long one need bounded memory.</summary>
internal sealed class PromptFeeder(IBackend backend)
{
    /// <summary>Tokens of a piece whose logits are not wanted: enough for matrix products to be worth their weights' reading.</summary>
    public const int PieceLength = 256;

    /// <summary>Rows of logits of a piece; 64 rows of GPT-2's vocabulary are 13 MB.</summary>
    public const int LogitRows = 64;

    private readonly int[] _slots = new int[PieceLength];
    private readonly int[] _positions = new int[PieceLength];
    private readonly int[] _rows = new int[LogitRows];

    /// <summary>Feeds tokens and takes the logits of the last one.</summary>
    /// <param name="slot">The sequence's slot.</param>
    /// <param name="ids">All its tokens, from position 0.</param>
    /// <param name="logits">[V].</param>
    /// <param name="cancellationToken">Looked at between pieces.</param>
    /// <returns>Whether it came to the end; otherwise it was cancelled and the logits mean nothing.</returns>
    public bool FeedForLast(int slot, ReadOnlySpan<int> ids, Span<float> logits, CancellationToken cancellationToken)
    {
        for (int first = 0; first < ids.Length; first += PieceLength)
        {
            if (cancellationToken.IsCancellationRequested)
                return false;
            var piece = ids.Slice(first, Math.Min(PieceLength, ids.Length - first));
            bool last = first + piece.Length == ids.Length;
            _rows[0] = piece.Length - 1;
            Forward(slot, piece, first, _rows.AsSpan(0, last ? 1 : 0), last ? logits : []);
        }
        return true;
    }

    /// <summary>Feeds tokens whose logits are not wanted.</summary>
    /// <param name="slot">The sequence's slot.</param>
    /// <param name="ids">At most <see cref="PieceLength"/> tokens.</param>
    /// <param name="position">Position of the first.</param>
    public void Feed(int slot, ReadOnlySpan<int> ids, int position) => Forward(slot, ids, position, [], []);

    /// <summary>Feeds tokens and takes the logits of each.</summary>
    /// <param name="slot">The sequence's slot.</param>
    /// <param name="ids">At most <see cref="LogitRows"/> tokens.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="logits">[T, V].</param>
    public void FeedForAll(int slot, ReadOnlySpan<int> ids, int position, Span<float> logits)
    {
        Forward(slot, ids, position, AllRows(ids.Length), logits);
    }

    /// <summary>Feeds tokens and takes the negative log-likelihood of the one after each.</summary>
    /// <param name="slot">The sequence's slot.</param>
    /// <param name="ids">At most <see cref="LogitRows"/> tokens.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="targets">The token after each, [T].</param>
    /// <param name="likelihoods">[T], in nats.</param>
    public void FeedForScore(int slot, ReadOnlySpan<int> ids, int position, ReadOnlySpan<int> targets, Span<double> likelihoods) =>
        backend.Score(Batch(slot, ids, position, AllRows(ids.Length)), targets, likelihoods);

    private void Forward(int slot, ReadOnlySpan<int> ids, int position, ReadOnlySpan<int> rows, Span<float> logits) =>
        backend.Forward(Batch(slot, ids, position, rows), logits);

    private ReadOnlySpan<int> AllRows(int count)
    {
        for (int i = 0; i < count; i++)
            _rows[i] = i;
        return _rows.AsSpan(0, count);
    }

    private RaggedBatch Batch(int slot, ReadOnlySpan<int> ids, int position, ReadOnlySpan<int> rows)
    {
        var slots = _slots.AsSpan(0, ids.Length);
        var positions = _positions.AsSpan(0, ids.Length);
        slots.Fill(slot);
        for (int i = 0; i < ids.Length; i++)
            positions[i] = position + i;
        return new RaggedBatch { Tokens = ids, Slots = slots, Positions = positions, LogitRows = rows };
    }
}
