using System.Numerics;

namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>
/// Happens-before within one block. Every event carries the block's time as its stamp; time advances with each synchronisation. A
/// block barrier makes all older events known to all threads (Floor), a full warp barrier makes them known within the warp
/// (WarpFloor); only what is synchronised in other ways (part of a warp, part of a block, release and acquire) needs a table a
/// thread, made when it is first needed.
/// </summary>
internal sealed class BlockTime
{
    private readonly int _threads;
    private readonly uint[] _warpFloor;
    private readonly uint[]?[] _known;
    private readonly uint[] _exitFloor;
    private readonly uint[] _exitStamp;
    private readonly uint[] _exitedLanes;
    private readonly uint[]?[] _arrived = new uint[]?[16];
    private readonly uint[] _lastPartial;
    private bool _anyKnown;
    private bool _anyExited;

    /// <summary>Begins a block's time at 1.</summary>
    public BlockTime(int threads)
    {
        _threads = threads;
        var warps = (threads + 31) / 32;
        _warpFloor = new uint[warps];
        _known = new uint[]?[threads];
        _exitFloor = new uint[threads];
        Array.Fill(_exitFloor, uint.MaxValue);
        _exitStamp = new uint[threads];
        Array.Fill(_exitStamp, uint.MaxValue);
        _exitedLanes = new uint[warps];
        _lastPartial = new uint[warps];
    }

    /// <summary>The stamp of what happens now.</summary>
    public uint Now { get; private set; } = 1;

    /// <summary>Every thread is ordered behind every event up to this stamp, those of exited threads excepted.</summary>
    public uint Floor { get; private set; }

    /// <summary>Floor, or less where a barrier has been passed without threads that had exited: true of them too.</summary>
    public uint SafeFloor { get; private set; }

    /// <summary>
    /// The stamp of the last synchronisation between part of the block's warps; reads before and after it are kept apart.
    /// </summary>
    public uint LastPartial { get; private set; }

    /// <summary>Every lane of a warp is ordered behind every event of the warp up to this stamp.</summary>
    public uint WarpFloor(int warp) => _warpFloor[warp];

    /// <summary>The stamp of a warp's last synchronisation that was neither a block's barrier nor a full one of the warp.</summary>
    public uint LastPartialOf(int warp) => _lastPartial[warp];

    /// <summary>Whether thread <paramref name="later"/>, now, is ordered behind an event of thread <paramref name="earlier"/>.</summary>
    public bool Knows(int later, int earlier, uint stamp) =>
        stamp <= SafeFloor
        || (stamp <= Floor && stamp <= _exitFloor[earlier])
        || later == earlier
        || (later >> 5 == earlier >> 5 && stamp <= _warpFloor[later >> 5])
        || (_anyKnown && _known[later] is { } known && known[earlier] >= stamp);

    /// <summary>The lanes of a warp that exist.</summary>
    public uint Lanes(int warp) => _threads - warp * 32 >= 32 ? uint.MaxValue : (1u << (_threads - warp * 32)) - 1;

    /// <summary>The lanes of a warp that have not exited.</summary>
    public uint LiveLanes(int warp) => Lanes(warp) & ~_exitedLanes[warp];

    /// <summary>Time goes on: what happens next has a later stamp than what a thread has just released.</summary>
    public void Advance(int warp)
    {
        _lastPartial[warp] = Now;
        LastPartial = Now;
        Tick();
    }

    /// <summary>Lanes exit. Barriers after this do not order what they did since the last one.</summary>
    public void Exit(int warp, uint mask)
    {
        _anyExited = true;
        _exitedLanes[warp] |= mask;
        var isPartial = LiveLanes(warp) != 0;
        foreach (var thread in Threads(warp, mask))
        {
            _exitFloor[thread] = Floor;
            if (isPartial)
                _exitStamp[thread] = Now;
        }
        // Reads of the warp's other lanes from now on are kept apart from those that these may have made.
        if (isPartial)
            Advance(warp);
    }

    /// <summary>The lanes of a warp that may have read at a stamp: those that did not exit, before the others, earlier.</summary>
    public uint LanesAt(int warp, uint stamp)
    {
        var lanes = Lanes(warp);
        for (var exited = _exitedLanes[warp]; exited != 0; exited &= exited - 1)
        {
            if (_exitStamp[warp * 32 + BitOperations.TrailingZeroCount(exited)] < stamp)
                lanes &= ~(exited & (0 - exited));
        }
        return lanes;
    }

    /// <summary>bar.warp.sync among lanes.</summary>
    public void WarpBarrier(int warp, uint mask)
    {
        mask &= Lanes(warp);
        if (mask == Lanes(warp) && !_anyKnown)
        {
            _warpFloor[warp] = Now;
        }
        else
        {
            var joined = new uint[_threads];
            Contribute(joined, warp, mask);
            Learn(warp, mask, joined);
            if (mask == Lanes(warp))
                _warpFloor[warp] = Now;
            _lastPartial[warp] = Now;
        }
        Tick();
    }

    /// <summary>bar.arrive: what the lanes know goes to whoever waits at the barrier.</summary>
    public void Arrive(int barrier, int warp, uint mask)
    {
        Contribute(_arrived[barrier] ??= new uint[_threads], warp, mask);
        _lastPartial[warp] = LastPartial = Now;
        Tick();
    }

    /// <summary>A block barrier is complete for the lanes that waited.</summary>
    /// <returns>Whether every live thread of the block waited, and none only arrived.</returns>
    public bool Barrier(int barrier, ReadOnlySpan<uint> lanes)
    {
        var all = _arrived[barrier] is null;
        for (var warp = 0; warp < _warpFloor.Length; warp++)
            all &= (lanes[warp] & LiveLanes(warp)) == LiveLanes(warp);
        if (all && !_anyKnown)
        {
            // A live lane of the warp passes on what it knew of the lanes that have exited.
            if (_anyExited)
            {
                for (var thread = 0; thread < _threads; thread++)
                {
                    if (_exitFloor[thread] != uint.MaxValue && LiveLanes(thread >> 5) != 0)
                        _exitFloor[thread] = Math.Max(_exitFloor[thread], _warpFloor[thread >> 5]);
                }
            }
            RaiseFloor();
            Tick();
            return true;
        }
        var joined = _arrived[barrier] ?? new uint[_threads];
        _arrived[barrier] = null;
        for (var warp = 0; warp < _warpFloor.Length; warp++)
            Contribute(joined, warp, lanes[warp]);
        if (all)
        {
            for (var thread = 0; thread < _threads; thread++)
            {
                if (_exitFloor[thread] != uint.MaxValue)
                    _exitFloor[thread] = Math.Max(_exitFloor[thread], joined[thread]);
            }
            RaiseFloor();
            Array.Clear(_known);
            _anyKnown = false;
        }
        else
        {
            LastPartial = Now;
            for (var warp = 0; warp < _warpFloor.Length; warp++)
            {
                if (lanes[warp] == 0)
                    continue;
                Learn(warp, lanes[warp], joined);
                _lastPartial[warp] = Now;
            }
        }
        Tick();
        return all;
    }

    /// <summary>What a thread knows of its block now, itself included.</summary>
    public BlockKnowledge Snapshot(int thread)
    {
        // Nearly always the thread knows the floor, its warp's floor and itself.
        if (!_anyKnown && SafeFloor == Floor && _warpFloor[thread >> 5] <= Floor)
            return new(Floor, [(thread, Now)]);
        var stamps = new uint[_threads];
        for (var other = 0; other < _threads; other++)
            stamps[other] = Math.Min(Floor, _exitFloor[other]);
        Contribute(stamps, thread >> 5, 1u << (thread & 31));
        return BlockKnowledge.Of(stamps);
    }

    /// <summary>A thread learns what somebody knew of its own block.</summary>
    public void Learn(int thread, BlockKnowledge learned)
    {
        if (learned.Floor <= Floor && Array.TrueForAll(learned.Overrides, pair => Knows(thread, pair.Thread, pair.Stamp)))
            return;
        var known = Table(thread);
        for (var other = 0; other < _threads; other++)
            known[other] = Math.Max(known[other], learned.Of(other));
        LastPartial = Now;
        _lastPartial[thread >> 5] = Now;
    }

    private static IEnumerable<int> Threads(int warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
            yield return warp * 32 + BitOperations.TrailingZeroCount(mask);
    }

    private void RaiseFloor()
    {
        Floor = SafeFloor = Now;
        if (!_anyExited)
            return;
        foreach (var floor in _exitFloor)
            SafeFloor = Math.Min(SafeFloor, floor);
    }

    private void Tick()
    {
        if (++Now >= Shadow.ShadowRecord.MaximumStamp)
            throw new InvalidOperationException(
                $"a block synchronised {Now} times, and the checker's stamps end there; "
                + "GPTCUDA_VIRTUAL_CHECKS=bounds runs it without looking for races");
    }

    private uint[] Table(int thread)
    {
        _anyKnown = true;
        return _known[thread] ??= new uint[_threads];
    }

    private void Contribute(uint[] joined, int warp, uint mask)
    {
        if (mask == 0)
            return;
        foreach (var lane in Threads(warp, Lanes(warp)))
            joined[lane] = Math.Max(joined[lane], _warpFloor[warp]);
        foreach (var thread in Threads(warp, mask))
        {
            if (_known[thread] is { } known)
            {
                for (var other = 0; other < _threads; other++)
                    joined[other] = Math.Max(joined[other], known[other]);
            }
            joined[thread] = Now;
        }
    }

    private void Learn(int warp, uint mask, uint[] joined)
    {
        foreach (var thread in Threads(warp, mask))
        {
            var known = Table(thread);
            for (var other = 0; other < _threads; other++)
                known[other] = Math.Max(known[other], joined[other]);
        }
    }
}
