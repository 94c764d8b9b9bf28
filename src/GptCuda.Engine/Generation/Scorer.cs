using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Generation;

/// <summary>Scores a text of any length by windows of the context length. For one caller at a time.</summary>
/// <remarks>
/// The logits of a row are summed by one thread, and the rows in order: results do not depend on the number of threads. On a machine
/// that gives logits quickly, a GPU above all, these sums are most of the work.
/// </remarks>
internal sealed class Scorer
{
    // Windows are computed one after the other, each from its beginning: positions are learned, so no cache outlives its window.
    private const int Slot = 0;

    private readonly IBackend _backend;
    private readonly PromptFeeder _feeder;
    private readonly float[] _logits;
    private readonly double[] _negatives = new double[PromptFeeder.LogitRows];
    private readonly int[] _targets = new int[PromptFeeder.LogitRows];
    private readonly ParallelOptions _parallel;
    private readonly Action<int> _scoreRow;
    private int _position;

    /// <param name="backend">Gives the logits.</param>
    /// <param name="threads">Most threads that sum them.</param>
    public Scorer(IBackend backend, int threads)
    {
        _backend = backend;
        _feeder = new PromptFeeder(backend);
        _logits = new float[PromptFeeder.LogitRows * backend.Configuration.VocabularySize];
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        _scoreRow = ScoreRow;
    }

    /// <summary>See <see cref="GptModel.Score"/>.</summary>
    public ScoreResult Score(ReadOnlySpan<int> ids, int stride, IProgress<ScoreProgress>? progress, CancellationToken cancellationToken)
    {
        int contextLength = _backend.Configuration.ContextLength;
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
                    _feeder.FeedForAll(Slot, piece, position - start, _logits.AsSpan(0, length * _backend.Configuration.VocabularySize));
                    sum += SumOfNegatives(ids, position, length);
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

    private double SumOfNegatives(ReadOnlySpan<int> ids, int position, int count)
    {
        _position = position;
        ids.Slice(position + 1, count).CopyTo(_targets);
        if (_parallel.MaxDegreeOfParallelism == 1 || count == 1)
        {
            ScoreRows(count);
        }
        else
        {
            try
            {
                Parallel.For(0, count, _parallel, _scoreRow);
            }
            catch (AggregateException)
            {
                // Of several rows without a result, the first is the one to tell of.
                ScoreRows(count);
            }
        }

        double sum = 0;
        for (int row = 0; row < count; row++)
            sum += _negatives[row];
        return sum;
    }

    private void ScoreRows(int count)
    {
        for (int row = 0; row < count; row++)
            ScoreRow(row);
    }

    private void ScoreRow(int row)
    {
        int vocabulary = _backend.Configuration.VocabularySize;
        _negatives[row] = LogProbability.Negative(_logits.AsSpan(row * vocabulary, vocabulary), _targets[row], _position + row + 1);
    }
}
