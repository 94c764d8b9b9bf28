using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>What orders the threads of a block beside a barrier of all: named barriers, flags, and the exit of threads.</summary>
public sealed class BlockOrderTests
{
    private const StateSpace Shared = StateSpace.Shared;

    [Fact]
    public void NamedBarrier_OfTwoWarps_OrdersThoseTwo()
    {
        using var rig = new Rig(threads: 128);
        rig.Store(0, warp: 0, space: Shared);
        rig.Store(4, warp: 2, space: Shared);
        rig.Block().BarrierComplete(1, [uint.MaxValue, uint.MaxValue, 0, 0]);
        rig.Load(0, warp: 1, space: Shared);
        Rig.Faults(FaultKind.Race, () => rig.Load(0, warp: 2, space: Shared));
        Rig.Faults(FaultKind.Race, () => rig.Load(4, warp: 1, space: Shared));
        rig.Barrier();
        rig.Load(4, warp: 1, space: Shared);
    }

    [Fact]
    public void BarArrive_OrdersTheProducerBeforeTheConsumerOnly()
    {
        using var rig = new Rig(threads: 64);
        rig.Store(0, warp: 0, space: Shared);
        rig.Block().BarrierArrive(1, 0, uint.MaxValue);
        rig.Store(4, warp: 0, space: Shared);
        rig.Store(8, warp: 1, space: Shared);
        rig.Block().BarrierComplete(1, [0, uint.MaxValue]);
        rig.Load(0, warp: 1, space: Shared);
        // What the producer did after it arrived, and what the consumer did before, are not ordered.
        Rig.Faults(FaultKind.Race, () => rig.Load(4, warp: 1, space: Shared));
        Rig.Faults(FaultKind.Race, () => rig.Load(8, warp: 0, space: Shared));
    }

    [Fact]
    public void ConsumersThatArriveOneByOne_FreeTheBufferForTheProducer()
    {
        using var rig = new Rig(threads: 96);
        rig.Store(0, warp: 0, space: Shared);
        rig.Barrier();
        rig.Load(0, warp: 1, space: Shared);
        rig.Block().BarrierArrive(2, 1, uint.MaxValue);
        rig.Load(0, warp: 2, space: Shared);
        rig.Block().BarrierArrive(2, 2, uint.MaxValue);
        rig.Block().BarrierComplete(2, [uint.MaxValue, 0, 0]);
        rig.Store(0, warp: 0, space: Shared);
    }

    [Fact]
    public void ConsumerThatReadsAfterArriving_RacesWithTheProducer()
    {
        using var rig = new Rig(threads: 96);
        rig.Store(0, warp: 0, space: Shared);
        rig.Barrier();
        rig.Block().BarrierArrive(2, 1, uint.MaxValue);
        rig.Load(0, warp: 1, space: Shared);
        rig.Load(0, warp: 2, space: Shared);
        rig.Block().BarrierArrive(2, 2, uint.MaxValue);
        rig.Block().BarrierComplete(2, [uint.MaxValue, 0, 0]);
        Rig.Faults(FaultKind.Race, () => rig.Store(0, warp: 0, space: Shared));
    }

    [Fact]
    public void ReleaseAndAcquireAtBlockScope_OrderTwoWarps()
    {
        using var rig = new Rig();
        rig.Store(64, warp: 1, space: Shared);
        rig.Barrier();
        rig.Store(0, warp: 0, lane: 4, space: Shared);
        rig.Store(64, warp: 0, lane: 4, space: Shared, order: MemoryOrder.Release, scope: MemoryScope.Block);
        Rig.Faults(FaultKind.Race, () => rig.Load(0, warp: 1, lane: 9, space: Shared));
        rig.Load(64, warp: 1, lane: 9, space: Shared, order: MemoryOrder.Acquire, scope: MemoryScope.Block);
        rig.Load(0, warp: 1, lane: 9, space: Shared);
        // Its neighbour has acquired nothing.
        Rig.Faults(FaultKind.Race, () => rig.Load(0, warp: 1, lane: 8, space: Shared));
        rig.Block().WarpBarrier(1, uint.MaxValue);
        rig.Load(0, warp: 1, lane: 8, space: Shared);
    }

    [Fact]
    public void RelaxedFlagWithoutFences_OrdersNothing()
    {
        using var rig = new Rig();
        rig.Store(64, warp: 1, space: Shared);
        rig.Barrier();
        rig.Store(0, warp: 0, space: Shared);
        rig.Store(64, warp: 0, space: Shared, order: MemoryOrder.Relaxed, scope: MemoryScope.Block);
        rig.Load(64, warp: 1, space: Shared, order: MemoryOrder.Relaxed, scope: MemoryScope.Block);
        Rig.Faults(FaultKind.Race, () => rig.Load(0, warp: 1, space: Shared));
    }

    [Fact]
    public void ThreadThatExitsWithoutTheBarrier_IsNotOrderedByIt()
    {
        using var rig = new Rig();
        rig.Store(0, warp: 1, space: Shared);
        rig.Block().Exited(1, uint.MaxValue);
        rig.Block().BarrierComplete(0, [uint.MaxValue, 0]);
        Rig.Faults(FaultKind.Race, () => rig.Load(0, warp: 0, space: Shared));
    }

    [Fact]
    public void ThreadThatExitsAfterTheBarrier_IsOrderedByIt()
    {
        using var rig = new Rig();
        rig.Store(0, warp: 1, space: Shared);
        rig.Store(4, warp: 0, space: Shared);
        rig.Barrier();
        rig.Block().Exited(1, uint.MaxValue);
        rig.Load(0, warp: 0, space: Shared);
        rig.Block().BarrierComplete(0, [uint.MaxValue, 0]);
        rig.Load(0, warp: 0, space: Shared);
        rig.Store(0, warp: 0, space: Shared);
        rig.Store(4, warp: 0, lane: 1, space: Shared);
    }

    [Fact]
    public void PartOfAWarpExits_AndTheRestGoesOnBehindBarriers()
    {
        using var rig = new Rig(threads: 64);
        for (var i = 0UL; i < 128; i += 4)
            rig.Store(i, space: Shared);
        rig.Barrier();
        // Threads 48 to 63 have nothing to do. The others read what all of them share, and then write it, in turns.
        rig.Block().Exited(1, 0xffff0000);
        for (var round = 0; round < 3; round++)
        {
            rig.Access(AccessKind.Load, _ => 16, space: Shared, warp: 0);
            rig.Access(AccessKind.Load, _ => 16, mask: 0xffff, space: Shared, warp: 1);
            Rig.Faults(FaultKind.Race, () => rig.Store(16, warp: 0, space: Shared));
            rig.Block().BarrierComplete(0, [uint.MaxValue, 0xffff]);
            rig.Store(16, warp: round % 2, space: Shared);
            rig.Block().BarrierComplete(0, [uint.MaxValue, 0xffff]);
        }
    }

    [Fact]
    public void PartOfAWarpExits_HavingReadWhatIsThenWritten_IsARace()
    {
        using var rig = new Rig(threads: 64);
        rig.Store(16, space: Shared);
        rig.Barrier();
        rig.Access(AccessKind.Load, _ => 16, space: Shared, warp: 0);
        rig.Access(AccessKind.Load, _ => 16, space: Shared, warp: 1);
        rig.Block().Exited(1, 0xffff0000);
        rig.Block().BarrierComplete(0, [uint.MaxValue, 0xffff]);
        Rig.Faults(FaultKind.Race, () => rig.Store(16, warp: 0, space: Shared));
    }
}
