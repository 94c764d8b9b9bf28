using System.Numerics;
using GptCuda.VirtualGpu.Checking.Log;
using GptCuda.VirtualGpu.Checking.Ordering;
using GptCuda.VirtualGpu.Checking.Shadow;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking;

internal sealed unsafe partial class BlockChecker
{
    private Allocation?[] _allocationOfInstruction = new Allocation?[256];

    private void AccessGlobal(in WarpAccess access)
    {
        DemandAligned(access);
        if (access.Kind == AccessKind.Store && DropRepeatedStores(access) is var mask && mask != access.ActiveMask)
        {
            var distinct = access;
            distinct.ActiveMask = mask;
            AccessGlobalRuns(distinct, access.ActiveMask);
            return;
        }
        AccessGlobalRuns(access, access.ActiveMask);
    }

    private void AccessGlobalRuns(in WarpAccess access, uint askedMask)
    {
        var count = WarpRuns.Of(access, _runs);
        var runs = _runs.AsSpan(0, count);
        foreach (ref readonly var run in runs)
            DemandAllocated(access, run);
        if (_log is null)
        {
            // Unchecked, but what is written must count as written when it is copied out, or at a later launch that is checked.
            foreach (ref readonly var run in Writes(access.Kind) ? runs : [])
                _memory.Initialized.Set((long)(run.Start - _memory.Origin), run.Bytes);
            return;
        }
        CountGlobal(access, runs, askedMask);
        var isStrong = access.Order != MemoryOrder.Weak;
        foreach (ref readonly var run in runs)
        {
            var offset = (long)(run.Start - _memory.Origin);
            if (_shadow is not null)
            {
                if (Reads(access.Kind) && !_memory.Initialized.All(offset, run.Bytes))
                    _uninitialized ??= Uninitialized(access, run);
                CheckWithinBlock(access, run);
                if (_order.IsPlain || IsUniform(access.Warp, run.Lanes))
                    Log(access, run);
                else
                    LogLanes(access, run);
            }
            else
            {
                Log(access, run);
            }
            if (Writes(access.Kind))
                _memory.Initialized.Set(offset, run.Bytes);
        }
        if (isStrong && _shadow is not null)
            Synchronize(access, _launch.Locations);
    }

    private void AccessConstant(in WarpAccess access)
    {
        DemandReadOnly(access, "constant memory");
        DemandAligned(access);
        var count = WarpRuns.Of(access, _runs);
        foreach (ref readonly var run in _runs.AsSpan(0, count))
            DemandAllocated(access, run);
    }

    private void DemandAllocated(in WarpAccess access, in WarpRun run)
    {
        if (access.Instruction >= _allocationOfInstruction.Length)
            Array.Resize(ref _allocationOfInstruction, Math.Max(access.Instruction + 1, 2 * _allocationOfInstruction.Length));
        // An instruction nearly always stays in the allocation that it began with.
        ref var last = ref _allocationOfInstruction[access.Instruction];
        if (last is null || last.IsFreed || run.Start < last.Address || run.End > last.End)
        {
            last = _memory.Find(run.Start);
            if (last is null || last.IsFreed || run.End > last.End)
                throw OutOfAllocation(access, run);
        }
        if (last.Kind == AllocationKind.Constant && Writes(access.Kind))
            DemandReadOnly(access, $"constant memory, {last}");
    }

    private VirtualFault OutOfAllocation(in WarpAccess access, in WarpRun run)
    {
        for (var lanes = run.Lanes; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            if (_memory.Explain(access.Addresses[lane], access.BytesPerLane) is { } problem)
            {
                return Fault(problem.Kind, $"{Verb(access.Kind)} of {problem.Text}", access, lane, access.Addresses[lane],
                    problem.Nearest?.Name, problem.Outside);
            }
        }
        throw new InvalidOperationException($"a run of lanes at 0x{run.Start:x} spans allocations, but none of its lanes does");
    }

    private VirtualFault Uninitialized(in WarpAccess access, in WarpRun run)
    {
        var address = _memory.FirstUninitialized(run.Start, run.Bytes) ?? run.Start;
        var lane = LaneAt(run, address);
        var allocation = _memory.Find(address);
        return Fault(FaultKind.UninitializedRead,
            $"{Verb(access.Kind)} of {access.BytesPerLane} bytes at {Place(StateSpace.Global, address, allocation)}: "
            + "nothing has written it since it "
            + "was allocated. Fill it (cuMemset, a copy, an earlier kernel) or do not read it.",
            access, lane, address, allocation?.Name);
    }

    private static int LaneAt(in WarpRun run, ulong address) => run.LaneBytes == 0
        ? BitOperations.TrailingZeroCount(run.Lanes)
        : run.FirstLane + (int)((address - run.Start) / (ulong)run.LaneBytes);

    private static string Verb(AccessKind kind) => kind switch
    {
        AccessKind.Store or AccessKind.AsyncCopyWrite => "a write",
        AccessKind.Atomic or AccessKind.Reduction => "an atomic update",
        _ => "a read",
    };

    /// <summary>Whether the lanes know the same of other blocks.</summary>
    private bool IsUniform(int warp, uint lanes)
    {
        var first = _order.Behind(warp * 32 + BitOperations.TrailingZeroCount(lanes));
        for (lanes &= lanes - 1; lanes != 0; lanes &= lanes - 1)
        {
            if (!ReferenceEquals(first, _order.Behind(warp * 32 + BitOperations.TrailingZeroCount(lanes))))
                return false;
        }
        return true;
    }

    private void LogLanes(in WarpAccess access, in WarpRun run)
    {
        for (var lanes = run.Lanes; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var single = new WarpRun(access.Addresses[lane], access.BytesPerLane, lane, access.BytesPerLane, 1u << lane);
            Log(access, single);
        }
    }

    private void Log(in WarpAccess access, in WarpRun run)
    {
        var kinds = Writes(access.Kind) ? LoggedKinds.Write : LoggedKinds.None;
        if (access.Order != MemoryOrder.Weak)
            kinds |= LoggedKinds.StrongInBlock | (LoggedKinds)(access.ElementSize << 4);
        if (access.Order == MemoryOrder.Volatile || (access.Order != MemoryOrder.Weak && access.Scope >= MemoryScope.Device))
            kinds |= LoggedKinds.Strong;
        if ((access.Hints & CacheHints.NonCoherent) != 0)
            kinds |= LoggedKinds.NonCoherent;
        var behind = _order.IsPlain ? 0 : _log!.IndexOf(_order.Behind(access.Warp * 32 + BitOperations.TrailingZeroCount(run.Lanes)));
        _log!.Add(run, access.Warp, _order.Time.Now, behind, kinds, access.Instruction);
    }

    /// <summary>Races among the block's own threads: only pages that the block has written need a look.</summary>
    private void CheckWithinBlock(in WarpAccess access, in WarpRun run)
    {
        var isWrite = Writes(access.Kind);
        for (var start = run.Start; start < run.End;)
        {
            var page = start / AccessLog.PageBytes;
            var end = Math.Min(run.End, (page + 1) * AccessLog.PageBytes);
            var shadow = isWrite ? _shadow!.ToWrite(page, _order.Time, _log!) : _shadow!.Written(page);
            if (shadow is not null)
            {
                var cells = new CellAccess((int)(start % AccessLog.PageBytes), (int)(end - start), access.Warp,
                    run.LaneBytes == 0 ? 0 : run.FirstLane + (int)(start - run.Start) / run.LaneBytes,
                    run.LaneBytes, run.Lanes, ShadowRecord.Strength(access), access.Instruction);
                var conflict = isWrite ? shadow.Write(_order.Time, cells) : shadow.Read(_order.Time, _order.Time.Now, [cells]);
                if (conflict is { } found)
                    throw Race(access, found, page * AccessLog.PageBytes + (ulong)found.FirstByte);
            }
            start = end;
        }
    }

    private void Synchronize(in WarpAccess access, Dictionary<ulong, SyncLocation> locations)
    {
        var order = access.Order == MemoryOrder.Volatile ? MemoryOrder.Relaxed : access.Order;
        var scope = access.Order == MemoryOrder.Volatile ? MemoryScope.System : access.Scope;
        for (var lanes = access.ActiveMask; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            _order.Strong(access.Warp * 32 + lane, locations, access.Addresses[lane], access.Kind, order, scope);
        }
        if (access.Kind != AccessKind.Load
            && order is MemoryOrder.Release or MemoryOrder.AcquireRelease or MemoryOrder.SequentiallyConsistent)
            _order.Time.Advance(access.Warp);
    }

    private VirtualFault Race(in WarpAccess access, in CellConflict conflict, ulong address)
    {
        var earlier = _description.Block.Coordinates(conflict.EarlierThread);
        var allocation = access.Space == StateSpace.Global ? _memory.Find(address) : null;
        var place = access.Space == StateSpace.Global ? Place(StateSpace.Global, address, allocation) : $"shared offset {address}";
        if (conflict.IsPending)
        {
            return Fault(FaultKind.AsyncCopyPending,
                $"{Verb(access.Kind)} of {place}, which a cp.async of thread {earlier} is still copying to. Wait for it with "
                + "cp.async.wait_group and let other threads pass a barrier after that.",
                access, conflict.Lane, address, allocation?.Name, 0, conflict.EarlierInstruction);
        }
        var sameWarp = conflict.EarlierThread / 32 == access.Warp;
        return Fault(FaultKind.Race,
            $"{Verb(access.Kind)} of {place} is not ordered with the {(conflict.EarlierWrote ? "write" : "read")} of it by thread {earlier}"
            + (sameWarp
                ? " of the same warp. Lanes do not advance together, and shfl orders no memory: put __syncwarp() between."
                : " of the same block. Put __syncthreads() between.")
            + (access.Order == MemoryOrder.Weak ? "" : " Atomics need no order where both have one size; volatile is none."),
            access, conflict.Lane, address, allocation?.Name, 0, conflict.EarlierInstruction);
    }

    /// <summary>
    /// Lanes of one store that write the same value to the same place count as one, which is defined behaviour (CUDA C++ Programming
    /// Guide, "SIMT Architecture": one of them writes); different values are a race.
    /// </summary>
    /// <returns>The mask without repeating lanes.</returns>
    private uint DropRepeatedStores(in WarpAccess access)
    {
        if (_shadow is null || access.Order != MemoryOrder.Weak || IsAscending(access))
            return access.ActiveMask;
        var kept = 0u;
        for (var lanes = access.ActiveMask; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var repeated = -1;
            for (var others = kept; others != 0 && repeated < 0; others &= others - 1)
            {
                var other = BitOperations.TrailingZeroCount(others);
                if (access.Addresses[other] == access.Addresses[lane])
                    repeated = other;
            }
            if (repeated < 0)
                kept |= 1u << lane;
            else if (!HaveSameValue(access, repeated, lane))
                throw Race(access, new(0, lane, access.Warp * 32 + repeated, true, access.Instruction, false), access.Addresses[lane]);
        }
        return kept;
    }

    private static bool IsAscending(in WarpAccess access)
    {
        var end = 0UL;
        for (var lanes = access.ActiveMask; lanes != 0; lanes &= lanes - 1)
        {
            var address = access.Addresses[BitOperations.TrailingZeroCount(lanes)];
            if (address < end)
                return false;
            end = address + (ulong)access.BytesPerLane;
        }
        return true;
    }

    private static bool HaveSameValue(in WarpAccess access, int first, int second) =>
        HaveSameElement(access, access.Value0, first, second)
        && (access.BytesPerLane <= access.ValueBytes || HaveSameElement(access, access.Value1, first, second))
        && (access.BytesPerLane <= 2 * access.ValueBytes || HaveSameElement(access, access.Value2, first, second))
        && (access.BytesPerLane <= 3 * access.ValueBytes || HaveSameElement(access, access.Value3, first, second));

    private static bool HaveSameElement(in WarpAccess access, byte* value, int first, int second) =>
        value is not null
        && new ReadOnlySpan<byte>(value + (long)first * access.ValueStride, access.ValueBytes)
            .SequenceEqual(new ReadOnlySpan<byte>(value + (long)second * access.ValueStride, access.ValueBytes));
}
