using System.Numerics;
using GptCuda.VirtualGpu.Checking.Ordering;
using GptCuda.VirtualGpu.Checking.Shadow;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking;

internal sealed unsafe partial class BlockChecker
{
    private readonly CellAccess[] _cells = new CellAccess[32];
    private Dictionary<ulong, SyncLocation>? _sharedLocations;

    /// <summary>
    /// The lanes' cp.async copies into shared memory are complete and have just been performed: the bytes are as if each lane had
    /// stored them now.
    /// </summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">The lanes.</param>
    /// <param name="destinations">32 shared offsets, as given with <see cref="AccessKind.AsyncCopyWrite"/>.</param>
    /// <param name="bytes">Bytes a lane.</param>
    public void AsyncCopyArrived(int warp, uint mask, ulong* destinations, int bytes)
    {
        if (_shadow is null || mask == 0)
            return;
        var access = new WarpAccess
        {
            Warp = warp,
            ActiveMask = mask,
            Space = StateSpace.Shared,
            Kind = AccessKind.Store,
            BytesPerLane = bytes,
            Addresses = destinations,
        };
        var count = WarpRuns.Of(access, _runs);
        foreach (ref readonly var run in _runs.AsSpan(0, count))
        {
            _shadow.Shared.Arrived(_order.Time, Cells(access, run));
            _shadow.SharedInitialized.Set((long)run.Start, run.Bytes);
        }
    }

    private void AccessShared(in WarpAccess access)
    {
        DemandInside(access, "the block's shared memory", _description.SharedBytes);
        if (_log is null)
            return;
        if (_shadow is not null && access.Kind == AccessKind.Store && DropRepeatedStores(access) is var mask && mask != access.ActiveMask)
        {
            var distinct = access;
            distinct.ActiveMask = mask;
            CheckShared(distinct);
            return;
        }
        CheckShared(access);
    }

    private void CheckShared(in WarpAccess access)
    {
        var count = WarpRuns.Of(access, _runs);
        CountShared(access, count);
        if (_shadow is null)
            return;
        // A pending copy is told from bytes that nothing has ever written by the race check, which therefore comes first.
        if (!Writes(access.Kind))
        {
            for (var i = 0; i < count; i++)
                _cells[i] = Cells(access, _runs[i]);
            Throw(access, _shadow.Shared.Read(_order.Time, _order.Time.Now, _cells.AsSpan(0, count)));
        }
        foreach (ref readonly var run in _runs.AsSpan(0, count))
        {
            if (access.Kind == AccessKind.AsyncCopyWrite)
            {
                Throw(access, _shadow.Shared.Pend(_order.Time, Cells(access, run)));
                continue;
            }
            if (Writes(access.Kind))
                Throw(access, _shadow.Shared.Write(_order.Time, Cells(access, run)));
            if (Reads(access.Kind) && !_shadow.SharedInitialized.All((long)run.Start, run.Bytes))
            {
                _uninitialized ??= SharedUninitialized(access, run);
                _isOnlyGlobal = false;
            }
            if (Writes(access.Kind))
                _shadow.SharedInitialized.Set((long)run.Start, run.Bytes);
        }
        if (access.Order != MemoryOrder.Weak)
            Synchronize(access, _sharedLocations ??= []);
    }

    private void AccessLocal(in WarpAccess access)
    {
        DemandInside(access, "the thread's local memory", _description.LocalBytes);
        Counters.LocalRequests++;
        if (_shadow is null)
            return;
        for (var lanes = access.ActiveMask; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var offset = _shadow.LocalOffset(access.Warp * 32 + lane) + (long)access.Addresses[lane];
            if (Reads(access.Kind) && !_shadow.LocalInitialized.All(offset, access.BytesPerLane))
            {
                throw Fault(FaultKind.UninitializedRead,
                    $"a read of {access.BytesPerLane} bytes at local offset {access.Addresses[lane]}, which the thread has not written.",
                    access, lane, access.Addresses[lane]);
            }
            if (Writes(access.Kind))
                _shadow.LocalInitialized.Set(offset, access.BytesPerLane);
        }
    }

    private VirtualFault SharedUninitialized(in WarpAccess access, in WarpRun run)
    {
        var offset = (ulong)_shadow!.SharedInitialized.FirstUnset((long)run.Start, run.Bytes);
        return Fault(FaultKind.UninitializedRead,
            $"{Verb(access.Kind)} of {access.BytesPerLane} bytes with shared offset {offset} among them, "
            + "which no thread of the block has written. "
            + "Shared memory starts undefined in every block.",
            access, LaneAt(run, offset), offset);
    }

    private void Throw(in WarpAccess access, CellConflict? conflict)
    {
        if (conflict is { } found)
            throw Race(access, found, (ulong)found.FirstByte);
    }

    private static CellAccess Cells(in WarpAccess access, in WarpRun run) => new(
        (int)run.Start, run.Bytes, access.Warp, run.FirstLane, run.LaneBytes, run.Lanes, ShadowRecord.Strength(access),
        access.Instruction);

    private void CountShared(in WarpAccess access, int runs)
    {
        // All lanes side by side, or all at one place: no bank is asked for two words.
        if (runs == 1 && access.ActiveMask == uint.MaxValue)
        {
            var passes = Math.Max(1, access.BytesPerLane / 4);
            Counters.SharedWavefronts += passes;
            Counters.SharedMinimumWavefronts += passes;
            return;
        }
        var (wavefronts, minimum) = SharedBanks.Of(access);
        Counters.SharedWavefronts += wavefronts;
        Counters.SharedMinimumWavefronts += minimum;
    }
}
