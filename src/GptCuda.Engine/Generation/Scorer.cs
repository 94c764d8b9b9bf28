using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Generation;

/// <summary>Scores a text of any length by windows of the context length. For one caller at a time.</summary>
internal sealed class Scorer(IBackend backend)
{
    // Windows are computed one after the other, each from its beginning: positions are learned, so no cache outlives its window.
    private const int Slot = 0;

    private readonly PromptFeeder _feeder = new(backend);
    private readonly double[] _likelihoods = new double[PromptFeeder.LogitRows];

    /// <summary>See <see cref="GptModel.Score"/>.</summary>
    public ScoreResult Score(ReadOnlySpan<int> ids, int stride, IProgress<ScoreProgress>? progress, CancellationToken cancellationToken)
    {
        int contextLength = backend.Configuration.ContextLength;
        double sum = 0;
        int scored = 0;
        // Tokens before this one are scored, or can never be: they have nothing before them in their window.
        int done = 0;
        for (int start = 0; done < ids.Length; start += stride)
        {
            int end = (int)Math.Min((long)start + contextLength, ids.Length);
            int first = Math.Max(done, start + 1);
            int position = start;
            // The logits of a position are those of the token after it. The window's last token needs not be fed.
            while (position < end - 1)
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool wanted = position >= first - 1;
                int length = wanted
                    ? Math.Min(PromptFeeder.LogitRows, end - 1 - position)
                    : Math.Min(PromptFeeder.PieceLength, first - 1 - position);
                var piece = ids.Slice(position, length);
                if (wanted)
                {
                    Span<double> likelihoods = _likelihoods.AsSpan(0, length);
                    ScorePiece(start, piece, position - start, ids.Slice(position + 1, length), likelihoods);
                    foreach (double likelihood in likelihoods)
                        sum += likelihood;
                    scored += length;
                }
                else
                {
                    _feeder.Feed(Slot, piece, position - start);
                }
                position += length;
                done = Math.Max(done, position);
                progress?.Report(new ScoreProgress(done, ids.Length, sum / scored));
            }
            done = end;
        }
        progress?.Report(new ScoreProgress(ids.Length, ids.Length, sum / scored));
        return new ScoreResult(ids.Length, scored, stride, sum / scored);
    }

    private void ScorePiece(int start, ReadOnlySpan<int> piece, int position, ReadOnlySpan<int> targets, Span<double> likelihoods)
    {
        try
        {
            _feeder.FeedForScore(Slot, piece, position, targets, likelihoods);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"In the window that begins with token {start} of the text: {exception.Message}", exception);
        }
    }
}
