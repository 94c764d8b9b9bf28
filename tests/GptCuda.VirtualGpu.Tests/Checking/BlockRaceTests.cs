using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>Races between threads of one block, in shared memory and, by the same rules, in global memory.</summary>
public sealed class BlockRaceTests
{
    public static TheoryData<StateSpace> Spaces => [StateSpace.Shared, StateSpace.Global];

    private static ulong Base(Rig rig, StateSpace space)
    {
        if (space == StateSpace.Global)
            return rig.Allocate(1024);
        // Initialised by thread 0, long ago.
        for (var i = 0UL; i < 1024; i += 4)
            rig.Store(i, space: space);
        rig.Barrier();
        return 0;
    }

    [Theory, MemberData(nameof(Spaces))]
    public void ReadAfterWrite_OfAnotherWarp_NeedsABarrier(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Store(x, warp: 0, space: space, line: 10);
        var fault = Rig.Faults(FaultKind.Race, () => rig.Load(x, warp: 1, space: space, line: 11));
        Assert.Equal(new(32, 0, 0), fault.Thread);
        Assert.Contains("thread (0, 0, 0)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("k.cu:10", fault.Message, StringComparison.Ordinal);
        Assert.Contains("k.cu:11", fault.Message, StringComparison.Ordinal);
        Assert.Contains("__syncthreads()", fault.Message, StringComparison.Ordinal);
        rig.Barrier();
        rig.Load(x, warp: 1, space: space);
    }

    [Theory, MemberData(nameof(Spaces))]
    public void WriteAfterRead_OfAnotherWarp_NeedsABarrier(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Access(AccessKind.Load, lane => x + (ulong)lane * 4, space: space, warp: 0);
        Rig.Faults(FaultKind.Race, () => rig.Store(x + 40, warp: 1, space: space));
        rig.Barrier();
        rig.Store(x + 40, warp: 1, space: space);
    }

    [Theory, MemberData(nameof(Spaces))]
    public void WriteAfterRead_ByManyWarps_NeedsABarrierTowardsEach(StateSpace space)
    {
        using var rig = new Rig(threads: 128);
        var x = Base(rig, space);
        for (var warp = 0; warp < 4; warp++)
            rig.Access(AccessKind.Load, lane => x + (ulong)lane * 16, bytes: 16, space: space, warp: warp);
        Rig.Faults(FaultKind.Race, () => rig.Store(x, warp: 0, space: space));
        rig.Barrier();
        rig.Store(x, warp: 0, space: space);
    }

    [Theory, MemberData(nameof(Spaces))]
    public void LanesOfOneWarp_NeedAWarpBarrier(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Access(AccessKind.Store, lane => x + (ulong)lane * 4, space: space);
        // Its own word a lane may read at once.
        rig.Access(AccessKind.Load, lane => x + (ulong)lane * 4, space: space);
        var fault = Rig.Faults(FaultKind.Race, () => rig.Access(AccessKind.Load, lane => x + (ulong)(lane ^ 1) * 4, space: space));
        Assert.Contains("__syncwarp()", fault.Message, StringComparison.Ordinal);
        rig.Block().WarpBarrier(0, uint.MaxValue);
        rig.Access(AccessKind.Load, lane => x + (ulong)(lane ^ 1) * 4, space: space);
    }

    [Theory, MemberData(nameof(Spaces))]
    public void WarpBarrier_OfSomeLanes_OrdersOnlyThose(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Access(AccessKind.Store, lane => x + (ulong)lane * 4, space: space);
        rig.Block().WarpBarrier(0, 0x0000ffff);
        rig.Load(x, lane: 15, space: space);
        Rig.Faults(FaultKind.Race, () => rig.Load(x, lane: 16, space: space));
        Rig.Faults(FaultKind.Race, () => rig.Load(x + 64, lane: 15, space: space));
    }

    [Theory, MemberData(nameof(Spaces))]
    public void WarpBarrier_DoesNotOrderOtherWarps(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Store(x, warp: 0, space: space);
        rig.Block().WarpBarrier(0, uint.MaxValue);
        rig.Block().WarpBarrier(1, uint.MaxValue);
        Rig.Faults(FaultKind.Race, () => rig.Load(x, warp: 1, space: space));
    }

    [Theory, MemberData(nameof(Spaces))]
    public void LanesOfOneStore_ToOnePlace_RaceUnlessTheirValuesAreTheSame(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Access(AccessKind.Store, _ => x, space: space, values: [.. Enumerable.Repeat(7u, 32)]);
        rig.Barrier();
        Rig.Faults(FaultKind.Race, () => rig.Access(AccessKind.Store, _ => x, space: space, values: [.. Enumerable.Range(0, 32).Select(i => (uint)i)]));
        Rig.Faults(FaultKind.Race, () => rig.Access(AccessKind.Store, _ => x, space: space));
    }

    [Theory, MemberData(nameof(Spaces))]
    public void NeighboursInOneWord_DoNotDisturbEachOther(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Access(AccessKind.Store, lane => x + (ulong)lane * 2, bytes: 2, space: space, warp: 0);
        rig.Access(AccessKind.Store, lane => x + 64 + (ulong)lane, bytes: 1, space: space, warp: 1);
        rig.Load(x + 6, lane: 3, bytes: 2, space: space);
        Rig.Faults(FaultKind.Race, () => rig.Load(x + 4, lane: 3, bytes: 2, space: space));
        Rig.Faults(FaultKind.Race, () => rig.Load(x + 4, lane: 2, bytes: 4, space: space));
        rig.Barrier();
        rig.Load(x + 4, lane: 2, bytes: 4, space: space);
    }

    [Theory, MemberData(nameof(Spaces))]
    public void Atomics_DoNotRaceWithEachOther_ButWithPlainAccesses(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Access(AccessKind.Atomic, _ => x, space: space, warp: 0, order: MemoryOrder.Relaxed);
        rig.Access(AccessKind.Atomic, _ => x, space: space, warp: 1, order: MemoryOrder.Relaxed);
        // The last of them was thread 63's; its own plain read is not ordered with the others'.
        Rig.Faults(FaultKind.Race, () => rig.Load(x, warp: 1, lane: 31, space: space));
        rig.Barrier();
        rig.Load(x, warp: 1, lane: 31, space: space);
    }

    [Theory, MemberData(nameof(Spaces))]
    public void ReadsOfLanes_AtDifferentTimes_AreAllKnownToAWarpBarrier(StateSpace space)
    {
        using var rig = new Rig();
        var x = Base(rig, space);
        rig.Load(x, lane: 0, space: space);
        rig.Block().WarpBarrier(0, uint.MaxValue);
        rig.Load(x, lane: 1, space: space);
        // Lane 1 knows of lane 0's read by the barrier, and of its own.
        rig.Store(x, lane: 1, space: space);
        rig.Block().WarpBarrier(0, uint.MaxValue);
        rig.Load(x, lane: 0, space: space);
        rig.Load(x, lane: 1, space: space);
        Rig.Faults(FaultKind.Race, () => rig.Store(x, lane: 1, space: space));
    }
}
