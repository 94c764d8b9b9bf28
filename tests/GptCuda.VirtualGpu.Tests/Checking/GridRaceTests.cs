using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>Races between blocks in global memory: found when the launch is complete.</summary>
public sealed class GridRaceTests
{
    [Fact]
    public void WriteAndRead_OfTwoBlocks_Race_InWhicheverOrderTheyRan()
    {
        foreach (var readerFirst in new[] { false, true })
        {
            using var rig = new Rig(blocks: 8);
            var x = rig.Allocate(4096, "partials");
            if (readerFirst)
                rig.Load(x + 100, block: 5, line: 20);
            rig.Access(AccessKind.Store, lane => x + (ulong)lane * 4, block: 2, line: 10);
            if (!readerFirst)
                rig.Load(x + 100, block: 5, line: 20);
            var fault = Rig.Faults(FaultKind.Race, rig.Complete);
            Assert.Equal(x + 100, fault.Address);
            Assert.Equal("partials", fault.Allocation);
            Assert.Equal(new(2, 0, 0), fault.Block);
            Assert.Equal(new(25, 0, 0), fault.Thread);
            Assert.Contains("block (5, 0, 0) thread (0, 0, 0)", fault.Message, StringComparison.Ordinal);
            Assert.Contains("k.cu:10", fault.Message, StringComparison.Ordinal);
            Assert.Contains("k.cu:20", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NeighbouringBytes_OfTwoBlocks_DoNotRace()
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(4096);
        rig.Store(x, bytes: 2, block: 0);
        rig.Store(x + 2, bytes: 2, block: 1);
        rig.Complete();
    }

    [Fact]
    public void TwoWritesOfTheSameByte_Race()
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(4096);
        rig.Store(x, bytes: 2, block: 0);
        rig.Store(x + 1, bytes: 1, block: 1);
        Rig.Faults(FaultKind.Race, rig.Complete);
    }

    [Theory]
    [InlineData(MemoryScope.Device, false)]
    [InlineData(MemoryScope.Block, true)]
    public void Atomics_OfTwoBlocks_NeedDeviceScope(MemoryScope scope, bool races)
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(64);
        rig.Atomic(x, block: 0, scope: scope);
        rig.Atomic(x, block: 1, scope: scope);
        if (races)
            Rig.Faults(FaultKind.Race, rig.Complete);
        else
            rig.Complete();
    }

    [Fact]
    public void AtomicAndPlainRead_OfTwoBlocks_Race()
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(64);
        rig.Atomic(x, block: 0);
        rig.Load(x, block: 1);
        Rig.Faults(FaultKind.Race, rig.Complete);
    }

    [Theory]
    [InlineData(MemoryOrder.Release, MemoryOrder.Acquire, false)]
    [InlineData(MemoryOrder.Relaxed, MemoryOrder.Acquire, true)]
    [InlineData(MemoryOrder.Release, MemoryOrder.Relaxed, true)]
    [InlineData(MemoryOrder.Volatile, MemoryOrder.Volatile, true)]
    public void Flag_NeedsReleaseAndAcquire(MemoryOrder write, MemoryOrder read, bool races)
    {
        using var rig = new Rig(blocks: 2);
        var data = rig.Allocate(64);
        var flag = rig.Allocate(64);
        rig.Store(data, block: 0);
        rig.Store(flag, block: 0, order: write);
        rig.Load(flag, block: 1, order: read);
        rig.Load(data, block: 1);
        Outcome(rig, races);
    }

    [Theory]
    [InlineData(MemoryScope.Block, MemoryScope.Device)]
    [InlineData(MemoryScope.Device, MemoryScope.Block)]
    public void Flag_AtBlockScope_DoesNotReachOtherBlocks(MemoryScope write, MemoryScope read)
    {
        using var rig = new Rig(blocks: 2);
        var data = rig.Allocate(64);
        var flag = rig.Allocate(64);
        rig.Store(data, block: 0);
        rig.Store(flag, block: 0, order: MemoryOrder.Release, scope: write);
        rig.Load(flag, block: 1, order: MemoryOrder.Acquire, scope: read);
        rig.Load(data, block: 1);
        Outcome(rig, races: true);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public void Fences_AroundARelaxedFlag_OrderAsReleaseAndAcquireDo(bool releaseFence, bool acquireFence, bool races)
    {
        using var rig = new Rig(blocks: 2);
        var data = rig.Allocate(64);
        var flag = rig.Allocate(64);
        rig.Store(data, block: 0);
        if (releaseFence)
            rig.Fence(block: 0, order: MemoryOrder.AcquireRelease);
        rig.Store(flag, block: 0, order: MemoryOrder.Volatile);
        rig.Load(flag, block: 1, order: MemoryOrder.Volatile);
        if (acquireFence)
            rig.Fence(block: 1, order: MemoryOrder.AcquireRelease);
        rig.Load(data, block: 1);
        Outcome(rig, races);
    }

    [Fact]
    public void WriteAfterTheRelease_IsNotReleased()
    {
        using var rig = new Rig(blocks: 2);
        var data = rig.Allocate(64);
        var flag = rig.Allocate(64);
        rig.Store(flag, block: 0, order: MemoryOrder.Release);
        rig.Store(data, block: 0);
        rig.Load(flag, block: 1, order: MemoryOrder.Acquire);
        rig.Load(data, block: 1);
        Outcome(rig, races: true);
    }

    [Fact]
    public void AnotherLane_WithoutABarrier_IsNotReleasedByItsNeighbour()
    {
        using var rig = new Rig(blocks: 2);
        var data = rig.Allocate(64);
        var flag = rig.Allocate(64);
        rig.Store(data, lane: 1, block: 0);
        rig.Store(flag, lane: 0, block: 0, order: MemoryOrder.Release);
        rig.Load(flag, block: 1, order: MemoryOrder.Acquire);
        rig.Load(data, block: 1);
        Outcome(rig, races: true);
    }

    /// <summary>
    /// The last block to arrive merges the others' partial results. Where each thread fences before the barrier, the fence's own thread
    /// does not do the atomic: right only for fences that are totally ordered (membar, __threadfence()).
    /// </summary>
    [Theory]
    [InlineData("fence after the barrier", MemoryOrder.AcquireRelease, false)]
    [InlineData("fence after the barrier", MemoryOrder.SequentiallyConsistent, false)]
    [InlineData("fence before the barrier", MemoryOrder.SequentiallyConsistent, false)]
    [InlineData("fence before the barrier", MemoryOrder.AcquireRelease, true)]
    [InlineData("no fence", MemoryOrder.SequentiallyConsistent, true)]
    [InlineData("no barrier", MemoryOrder.SequentiallyConsistent, true)]
    [InlineData("no fence in the last block", MemoryOrder.SequentiallyConsistent, true)]
    public void LastBlockMerges_NeedsFenceAndBarrier(string how, MemoryOrder fence, bool races)
    {
        const int blocks = 4;
        using var rig = new Rig(blocks: blocks);
        var partials = rig.Allocate(4096, "partials");
        var ticket = rig.Allocate(64, "ticket");
        for (var block = 0; block < blocks; block++)
        {
            var own = partials + (ulong)block * 256;
            for (var warp = 0; warp < 2; warp++)
                rig.Access(AccessKind.Store, lane => own + (ulong)(warp * 128 + lane * 4), warp: warp, block: block);
            if (how is "fence before the barrier" or "no fence in the last block")
                FenceAll(rig, block, fence);
            if (how != "no barrier")
                rig.Barrier(block);
            if (how is "fence after the barrier" or "no barrier")
                rig.Fence(block: block, order: fence);
            rig.Atomic(ticket, block: block);
            if (how is "fence after the barrier")
                rig.Fence(block: block, order: fence);
            rig.Barrier(block);
            if (block < blocks - 1)
                continue;
            if (how is not ("fence after the barrier" or "no fence in the last block"))
                FenceAll(rig, block, fence);
            for (var other = 0; other < blocks; other++)
            {
                for (var warp = 0; warp < 2; warp++)
                    rig.Access(
                        AccessKind.Load, lane => partials + (ulong)(other * 256 + warp * 128 + (lane ^ 3) * 4), warp: warp, block: block);
            }
        }
        Outcome(rig, races);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GridBarrier_WithReleaseAndAcquire_OrdersPhases(bool waits)
    {
        const int blocks = 3;
        using var rig = new Rig(blocks: blocks);
        var x = rig.Allocate(4096);
        var counter = rig.Allocate(64);
        for (var phase = 0; phase < 3; phase++)
        {
            for (var block = 0; block < blocks; block++)
            {
                // Everybody reads what everybody wrote in the phase before, and then writes into the other half.
                for (var other = 0; other < blocks; other++)
                    rig.Access(AccessKind.Load, lane => x + (ulong)(phase % 2 * 2048 + other * 128 + lane * 4), block: block, warp: 1);
                rig.Access(AccessKind.Store, lane => x + (ulong)((phase + 1) % 2 * 2048 + block * 128 + lane * 4), block: block, warp: 0);
                rig.Barrier(block);
                rig.Access(AccessKind.Reduction, _ => counter, 1, order: MemoryOrder.Release, block: block);
            }
            for (var block = 0; block < blocks; block++)
            {
                if (waits)
                    rig.Load(counter, block: block, order: MemoryOrder.Acquire);
                rig.Barrier(block);
            }
        }
        Outcome(rig, races: !waits);
    }

    [Fact]
    public void NonCoherentRead_OfBytesThatTheLaunchWrites_IsCaught_EvenInOneThread()
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(4096, "x");
        rig.Load(x, hints: CacheHints.NonCoherent);
        rig.Store(x);
        var fault = Rig.Faults(FaultKind.NonCoherentWrite, rig.Complete);
        Assert.Equal("x", fault.Allocation);
        Assert.Contains("ld.global.nc", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NonCoherentRead_BesideWhatTheLaunchWrites_Passes()
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(4096);
        rig.Load(x, hints: CacheHints.NonCoherent);
        rig.Store(x + 4);
        rig.Store(x + 8, block: 1);
        rig.Complete();
    }

    [Fact]
    public void ManyBlocksOnManyThreads_GiveTheSameVerdict()
    {
        for (var repeat = 0; repeat < 5; repeat++)
        {
            using var rig = new Rig(blocks: 64);
            var x = rig.Allocate(64 * 256);
            foreach (var block in Enumerable.Range(0, 64))
                rig.Block(block);
            Parallel.For(0, 64, block =>
            {
                // Blocks 17 and 40 reach four bytes into their successors.
                var length = block is 17 or 40 ? 260 : 256;
                for (var i = 0; i < length; i += 4)
                    rig.Store(x + (ulong)(block * 256 + i), lane: i / 4 % 32, block: block);
            });
            var fault = Rig.Faults(FaultKind.Race, rig.Complete);
            Assert.Equal(new(17, 0, 0), fault.Block);
            Assert.Contains("block (18, 0, 0) thread (0, 0, 0)", fault.Message, StringComparison.Ordinal);
            Assert.Equal(x + 18 * 256, fault.Address);
        }
    }

    private static void FenceAll(Rig rig, long block, MemoryOrder order)
    {
        for (var warp = 0; warp < 2; warp++)
            rig.Block(block).Fence(warp, uint.MaxValue, order, MemoryScope.Device);
    }

    private static void Outcome(Rig rig, bool races)
    {
        if (races)
            Rig.Faults(FaultKind.Race, rig.Complete);
        else
            rig.Complete();
    }
}
