using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Cpu;

/// <summary>Memory of decode steps, grown to the most sequences so far, and the sampling of their logits by all threads.</summary>
internal sealed unsafe class DecodeStep : IDisposable
{
    private readonly int _vocabularySize;
    private readonly WorkerPool _pool;
    private readonly Sampler[] _samplers;
    private readonly NativeBuffer<float> _logits = new(0);
    private readonly Action<int, int> _sampleRow;
    private int[] _tokens = [], _slots = [], _positions = [], _rows = [], _sampled = [];
    private DecodeRow[] _sequences = [];
    private int _count;

    public DecodeStep(int vocabularySize, WorkerPool pool)
    {
        _vocabularySize = vocabularySize;
        _pool = pool;
        _samplers = new Sampler[pool.ThreadCount];
        _sampleRow = SampleRow;
    }

    /// <summary>Room for the logits of the sequences prepared, [rows, V].</summary>
    public Span<float> Logits => new(_logits.Pointer, checked(_count * _vocabularySize));

    /// <summary>The batch that feeds each sequence's last token.</summary>
    public RaggedBatch Prepare(ReadOnlySpan<DecodeRow> rows)
    {
        _count = rows.Length;
        if (_tokens.Length < _count)
        {
            _tokens = new int[_count];
            _slots = new int[_count];
            _positions = new int[_count];
            _rows = new int[_count];
            _sampled = new int[_count];
            _sequences = new DecodeRow[_count];
        }

        // One for each thread, at the first step: whoever only runs forward passes needs none.
        if (_samplers[0] is null)
        {
            for (int i = 0; i < _samplers.Length; i++)
                _samplers[i] = new Sampler(_vocabularySize);
        }

        _logits.EnsureLength((long)_count * _vocabularySize);
        for (int i = 0; i < _count; i++)
            (_tokens[i], _slots[i], _positions[i], _rows[i]) = (rows[i].Token, rows[i].Slot, rows[i].Position, i);
        return new RaggedBatch
        {
            Tokens = _tokens.AsSpan(0, _count),
            Slots = _slots.AsSpan(0, _count),
            Positions = _positions.AsSpan(0, _count),
            LogitRows = _rows.AsSpan(0, _count),
        };
    }

    /// <summary>Samples from the logits that a forward pass has put into <see cref="Logits"/>.</summary>
    public void Sample(ReadOnlySpan<DecodeRow> rows, Span<int> sampled)
    {
        rows.CopyTo(_sequences);
        try
        {
            _pool.For(_count, _sampleRow);
        }
        finally
        {
            // Nothing of a sequence is kept alive after its step.
            Array.Clear(_sequences, 0, _count);
        }

        _sampled.AsSpan(0, _count).CopyTo(sampled);
    }

    public void Dispose() => _logits.Dispose();

    private void SampleRow(int row, int worker)
    {
        var logits = new ReadOnlySpan<float>(_logits.Pointer + ((long)row * _vocabularySize), _vocabularySize);
        _sampled[row] = _samplers[worker].Sample(logits, _sequences[row].Sampling, _sequences[row].Position + 1);
    }
}
