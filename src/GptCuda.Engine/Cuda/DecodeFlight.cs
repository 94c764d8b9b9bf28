using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Cuda;

/// <summary>
/// The sequences that the device is decoding, as the host knows them: what each will feed next, unless it ends. While the host's
/// steps agree with it, the device goes on by itself.
/// </summary>
/// <param name="most">The most sequences.</param>
/// <param name="slots">Cache slots.</param>
/// <param name="contextLength">Positions of a slot.</param>
internal sealed class DecodeFlight(int most, int slots, int contextLength)
{
    private readonly int[] _rowOfSlot = [.. Enumerable.Repeat(-1, slots)];
    private readonly SequenceSampling?[] _sampling = new SequenceSampling?[most];
    private readonly int[] _slots = new int[most], _tokens = new int[most], _positions = new int[most];
    private readonly int[] _ends = new int[most], _lasts = new int[most];
    private int _count;

    /// <summary>Sequences that go on.</summary>
    public int Active { get; private set; }

    /// <summary>Rows of the device that had a sequence when it set out.</summary>
    public int Count => _count;

    /// <summary>Takes over a step's sequences, in their order.</summary>
    public void Begin(ReadOnlySpan<DecodeRow> rows)
    {
        Clear();
        for (int i = 0; i < rows.Length; i++)
        {
            DecodeRow row = rows[i];
            _rowOfSlot[row.Slot] = i;
            _sampling[i] = row.Sampling;
            (_slots[i], _tokens[i], _positions[i], _ends[i]) = (row.Slot, row.Token, row.Position, row.EndOfText);
            _lasts[i] = Math.Min(row.LastPosition, contextLength - 1);
        }
        Active = _count = rows.Length;
    }

    /// <summary>Forgets all sequences.</summary>
    public void Clear()
    {
        _rowOfSlot.AsSpan().Fill(-1);
        Array.Clear(_sampling);
        Active = _count = 0;
    }

    /// <summary>Whether a step is that of exactly the sequences that go on, each where it stands.</summary>
    public bool Continues(ReadOnlySpan<DecodeRow> rows)
    {
        if (rows.Length != Active)
            return false;
        foreach (DecodeRow row in rows)
        {
            int i = _rowOfSlot[row.Slot];
            if (i < 0 || _tokens[i] != row.Token || _positions[i] != row.Position || _sampling[i] != row.Sampling
                || _ends[i] != row.EndOfText
                || _lasts[i] != Math.Min(row.LastPosition, contextLength - 1))
                return false;
        }
        return true;
    }

    /// <summary>The device's row of a slot.</summary>
    public int RowOf(int slot) => _rowOfSlot[slot];

    /// <summary>Whether any sequence goes on after the step that is under way, as far as can be known before it is done.</summary>
    public bool GoesOn()
    {
        for (int i = 0; i < _count; i++)
        {
            if (_sampling[i] is not null && _positions[i] + 1 < _lasts[i])
                return true;
        }
        return false;
    }

    /// <summary>The position of the token that a row samples in the step under way.</summary>
    public int SampledPosition(int row) => _positions[row] + 1;

    /// <summary>Notes what a row sampled; it ends by the rules that the device ends it by.</summary>
    public void Advance(int row, int token)
    {
        _tokens[row] = token;
        int position = ++_positions[row];
        if (token != _ends[row] && position < _lasts[row])
            return;
        _rowOfSlot[_slots[row]] = -1;
        _sampling[row] = null;
        Active--;
    }
}
