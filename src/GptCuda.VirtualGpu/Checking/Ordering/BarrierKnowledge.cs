using System.Numerics;

namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>
/// What the threads that meet at a barrier know together, and pass on to each other. Threads of one block mostly differ only in what
/// they know of their own block, which is gathered as one stamp a thread.
/// </summary>
internal sealed class BarrierKnowledge(int threads)
{
    private readonly uint[] _fencedStamps = new uint[threads];
    private Knowledge _fencedOthers = Knowledge.None;
    private BlockKnowledge? _last;
    private uint _fencedFloor;
    private bool _anyOwn;

    /// <summary>Other blocks' events that somebody is behind.</summary>
    public Knowledge Behind { get; private set; } = Knowledge.None;

    /// <summary>What somebody's next sequentially consistent fence acquires.</summary>
    public Knowledge SeenFenced { get; private set; } = Knowledge.None;

    /// <summary>Whether nobody knew anything.</summary>
    public bool IsNothing => !_anyOwn && Behind.Count == 0 && SeenFenced.Count == 0 && _fencedOthers.Count == 0;

    /// <summary>Adds what lanes of a warp know.</summary>
    public void Add(ThreadOrder?[] order, int warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            if (order[warp * 32 + BitOperations.TrailingZeroCount(mask)] is not { } thread)
                continue;
            Behind = Knowledge.Join(Behind, thread.Behind);
            SeenFenced = Knowledge.Join(SeenFenced, thread.SeenFenced);
            _fencedOthers = Knowledge.Join(_fencedOthers, thread.Fenced.Others);
            if (thread.Fenced.Own is not { } own || ReferenceEquals(own, _last))
                continue;
            _last = own;
            _anyOwn = true;
            if (own.Least == own.Floor)
            {
                _fencedFloor = Math.Max(_fencedFloor, own.Floor);
                foreach (var (other, stamp) in own.Overrides)
                    _fencedStamps[other] = Math.Max(_fencedStamps[other], stamp);
                continue;
            }
            for (var other = 0; other < threads; other++)
                _fencedStamps[other] = Math.Max(_fencedStamps[other], own.Of(other));
        }
    }

    /// <summary>What all of their sequentially consistent fences were behind.</summary>
    public Published Fenced()
    {
        if (!_anyOwn)
            return new(_fencedOthers, null);
        foreach (ref var stamp in _fencedStamps.AsSpan())
            stamp = Math.Max(stamp, _fencedFloor);
        return new(_fencedOthers, BlockKnowledge.Of(_fencedStamps));
    }
}
