using GptCuda.Engine.Backends;
using GptCuda.Engine.Generation;

namespace GptCuda.Engine.Cpu;

/// <summary>
/// Logits of some rows of a batch, and the log-likelihoods in them, summed by all threads, a row by one: results do not depend on the
/// number of threads. Memory is that of the most rows so far.
/// </summary>
internal sealed unsafe class ScoreStep : IDisposable
{
    private readonly int _vocabularySize;
    private readonly WorkerPool _pool;
    private readonly NativeBuffer<float> _logits = new(0);
    private readonly Action<int, int> _scoreRow;
    private int[] _targets = [], _positions = [];
    private double[] _likelihoods = [];

    public ScoreStep(int vocabularySize, WorkerPool pool)
    {
        _vocabularySize = vocabularySize;
        _pool = pool;
        _scoreRow = ScoreRow;
    }

    /// <summary>Room for the logits of so many rows, [rows, V].</summary>
    public Span<float> Logits(int rows)
    {
        _logits.EnsureLength((long)rows * _vocabularySize);
        return new(_logits.Pointer, checked(rows * _vocabularySize));
    }

    /// <summary>The log-likelihoods in the logits that a forward pass has put into <see cref="Logits"/>.</summary>
    public void Score(RaggedBatch batch, ReadOnlySpan<int> targets, Span<double> likelihoods)
    {
        if (_targets.Length < targets.Length)
        {
            _targets = new int[targets.Length];
            _positions = new int[targets.Length];
            _likelihoods = new double[targets.Length];
        }
        targets.CopyTo(_targets);
        for (int row = 0; row < targets.Length; row++)
            _positions[row] = batch.Positions[batch.LogitRows[row]] + 1;
        _pool.For(targets.Length, _scoreRow);
        _likelihoods.AsSpan(0, targets.Length).CopyTo(likelihoods);
    }

    public void Dispose() => _logits.Dispose();

    private void ScoreRow(int row, int worker)
    {
        var logits = new ReadOnlySpan<float>(_logits.Pointer + ((long)row * _vocabularySize), _vocabularySize);
        _likelihoods[row] = LogProbability.Negative(logits, _targets[row], _positions[row]);
    }
}
