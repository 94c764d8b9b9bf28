using System.Numerics;

namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>
/// Release and acquire: what each thread of one block is ordered behind, in its own block and in others. Costs nothing until a thread
/// executes a fence or a strong access meets one that did.
/// </summary>
internal sealed class BlockOrder(long block, int threads)
{
    private ThreadOrder?[]? _threads;
    private readonly BarrierKnowledge?[] _arrived = new BarrierKnowledge?[16];

    /// <summary>Times within the block.</summary>
    public BlockTime Time { get; } = new(threads);

    /// <summary>Whether nothing of other blocks is known to any thread.</summary>
    public bool IsPlain => _threads is null;

    /// <summary>Other blocks' events that a thread is ordered behind.</summary>
    public Knowledge Behind(int thread) => _threads?[thread]?.Behind ?? Knowledge.None;

    /// <summary>A fence of some lanes.</summary>
    public void Fence(int warp, uint mask, MemoryOrder order, MemoryScope scope)
    {
        var device = scope >= MemoryScope.Device;
        var total = order == MemoryOrder.SequentiallyConsistent;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var id = warp * 32 + BitOperations.TrailingZeroCount(rest);
            var thread = Of(id);
            if (order != MemoryOrder.Release)
            {
                Acquire(id, thread, device ? Knowledge.Join(thread.Seen, thread.SeenInBlock) : thread.SeenInBlock);
                if (total && device)
                    Acquire(id, thread, thread.SeenFenced);
            }
            if (order == MemoryOrder.Acquire)
                continue;
            thread.ReleasedInBlock = Snapshot(id, thread);
            if (!device)
                continue;
            thread.Released = thread.ReleasedInBlock;
            if (total)
            {
                var own = thread.Released.Own!;
                thread.Fenced = new(Knowledge.Join(thread.Behind, thread.Fenced.Others),
                    thread.Fenced.Own is { } before ? BlockKnowledge.Join(own, before) : own);
            }
        }
        if (order != MemoryOrder.Acquire)
            Time.Advance(warp);
    }

    /// <summary>
    /// A strong access of one thread to one location, in the order in which accesses to it are performed. Call
    /// <see cref="BlockTime.Advance"/> after an instruction that released.
    /// </summary>
    /// <param name="id">The thread.</param>
    /// <param name="locations">Where the location's state is kept: the launch's, or the block's for shared memory.</param>
    /// <param name="address">The location.</param>
    /// <param name="kind">Load, store, atomic or reduction.</param>
    /// <param name="order">Its order.</param>
    /// <param name="scope">Its scope.</param>
    public void Strong(
        int id, Dictionary<ulong, SyncLocation> locations, ulong address, AccessKind kind, MemoryOrder order, MemoryScope scope)
    {
        var device = scope >= MemoryScope.Device;
        locations.TryGetValue(address, out var location);
        if (kind != AccessKind.Store && location is not null)
            Read(id, location, order, device);
        if (kind == AccessKind.Load)
            return;
        var releases = order is MemoryOrder.Release or MemoryOrder.AcquireRelease or MemoryOrder.SequentiallyConsistent;
        if (_threads?[id] is null && !releases)
        {
            // A plain store hides what was released here before; a read-modify-write passes it on.
            if (kind == AccessKind.Store && location is not null)
                locations.Remove(address);
            return;
        }
        var thread = Of(id);
        if (location is null || kind == AccessKind.Store)
            locations[address] = location = new SyncLocation();
        var inBlock = releases ? Snapshot(id, thread) : thread.ReleasedInBlock;
        if (!inBlock.IsNothing)
        {
            location.OfBlock.TryGetValue(block, out var before);
            location.OfBlock[block] = Knowledge.Join(before ?? Knowledge.None, inBlock.Of(block));
        }
        if (!device)
            return;
        location.Device = Knowledge.Join(location.Device, (releases ? inBlock : thread.Released).Of(block));
        location.Fenced = Knowledge.Join(location.Fenced, thread.Fenced.Of(block));
    }

    /// <summary>bar.arrive.</summary>
    public void Arrive(int barrier, int warp, uint mask)
    {
        if (_threads is not null)
            (_arrived[barrier] ??= new BarrierKnowledge(threads)).Add(_threads, warp, mask);
        Time.Arrive(barrier, warp, mask);
    }

    /// <summary>A block barrier is complete.</summary>
    public void Barrier(int barrier, ReadOnlySpan<uint> lanes)
    {
        Time.Barrier(barrier, lanes);
        if (_threads is null)
            return;
        var joined = _arrived[barrier] ?? new BarrierKnowledge(threads);
        _arrived[barrier] = null;
        for (var warp = 0; warp < lanes.Length; warp++)
            joined.Add(_threads, warp, lanes[warp]);
        if (joined.IsNothing)
            return;
        var fenced = joined.Fenced();
        for (var warp = 0; warp < lanes.Length; warp++)
            Spread(joined, fenced, warp, lanes[warp]);
    }

    /// <summary>bar.warp.sync is complete.</summary>
    public void WarpBarrier(int warp, uint mask)
    {
        Time.WarpBarrier(warp, mask);
        if (_threads is null)
            return;
        mask &= Time.Lanes(warp);
        var joined = new BarrierKnowledge(threads);
        joined.Add(_threads, warp, mask);
        if (!joined.IsNothing)
            Spread(joined, joined.Fenced(), warp, mask);
    }

    private void Read(int id, SyncLocation location, MemoryOrder order, bool device)
    {
        location.OfBlock.TryGetValue(block, out var ofBlock);
        ofBlock ??= Knowledge.None;
        var ofDevice = device ? location.Device : Knowledge.None;
        if (ofBlock.Count == 0 && ofDevice.Count == 0 && location.Fenced.Count == 0)
            return;
        var thread = Of(id);
        if (order is MemoryOrder.Acquire or MemoryOrder.AcquireRelease or MemoryOrder.SequentiallyConsistent)
        {
            Acquire(id, thread, Knowledge.Join(ofDevice, ofBlock));
        }
        else
        {
            thread.Seen = Knowledge.Join(thread.Seen, ofDevice);
            thread.SeenInBlock = Knowledge.Join(thread.SeenInBlock, ofBlock);
        }
        if (device)
            thread.SeenFenced = Knowledge.Join(thread.SeenFenced, location.Fenced);
    }

    private ThreadOrder Of(int thread) => (_threads ??= new ThreadOrder?[threads])[thread] ??= new ThreadOrder();

    private void Acquire(int id, ThreadOrder thread, Knowledge knowledge)
    {
        if (knowledge.Of(block) is { } own)
        {
            Time.Learn(id, own);
            knowledge = knowledge.Without(block);
        }
        thread.Behind = Knowledge.Join(thread.Behind, knowledge);
    }

    private Published Snapshot(int id, ThreadOrder thread) => new(thread.Behind, Time.Snapshot(id));

    private void Spread(BarrierKnowledge joined, Published fenced, int warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            var thread = Of(warp * 32 + BitOperations.TrailingZeroCount(mask));
            thread.Behind = joined.Behind;
            thread.SeenFenced = joined.SeenFenced;
            thread.Fenced = fenced;
        }
    }
}
