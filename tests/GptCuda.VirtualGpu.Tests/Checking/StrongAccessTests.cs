using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>What strong accesses (atomics, volatile, relaxed) excuse, and what they do not.</summary>
public sealed class StrongAccessTests
{
    private static void Atomic(Rig rig, ulong address, int bytes, int warp = 0, long block = 0) =>
        rig.Access(AccessKind.Atomic, _ => address, 1, bytes, warp: warp, block: block, order: MemoryOrder.Relaxed);

    [Theory]
    [InlineData(8, 0, true)]
    [InlineData(4, 0, false)]
    [InlineData(4, 4, false)]
    public void AtomicsOfTwoBlocks_OneOf8Bytes_RaceUnlessTheyAgreeInSize(int bytes, int offset, bool passes)
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(64);
        Atomic(rig, x, 8, block: 0);
        Atomic(rig, x + (ulong)offset, bytes, block: 1);
        if (passes)
            rig.Complete();
        else
            Assert.Contains("one size", Rig.Faults(FaultKind.Race, rig.Complete).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(4, false)]
    public void AtomicsOfTwoWarps_OneOf8Bytes_RaceUnlessTheyAgreeInSize(int bytes, bool passes)
    {
        using var rig = new Rig();
        var x = rig.Allocate(64);
        Atomic(rig, x, 8, warp: 0);
        if (!passes)
        {
            Rig.Faults(FaultKind.Race, () => Atomic(rig, x, bytes, warp: 1));
            return;
        }
        Atomic(rig, x, bytes, warp: 1);
        rig.Complete();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WeakStore_HiddenByAnAtomicOfItsThread_StillRacesWithOtherAtomics(bool barrier)
    {
        using var rig = new Rig();
        rig.Store(0, space: StateSpace.Shared);
        if (barrier)
            rig.Barrier();
        rig.Atomic(0, space: StateSpace.Shared);
        if (barrier)
        {
            rig.Atomic(0, warp: 1, space: StateSpace.Shared);
            rig.Complete();
            return;
        }
        Rig.Faults(FaultKind.Race, () => rig.Atomic(0, warp: 1, space: StateSpace.Shared));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StrongRead_HiddenByAnAtomic_StillRacesWithAWeakStore(bool barrier)
    {
        using var rig = new Rig();
        var x = rig.Allocate(64);
        rig.Load(x, order: MemoryOrder.Relaxed);
        rig.Atomic(x, warp: 1);
        if (barrier)
        {
            rig.Barrier();
            rig.Store(x, warp: 1);
            rig.Complete();
            return;
        }
        Rig.Faults(FaultKind.Race, () => rig.Store(x, warp: 1));
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0, true, true)]
    [InlineData(1, false, true)]
    public void VolatileSharedMemory_ReadOfAnotherLane_NeedsSyncwarp(int readingWarp, bool syncwarp, bool passes)
    {
        // Between warps a volatile flag is how one waits; within one it is a reduction that believes in lock-step.
        using var rig = new Rig();
        rig.Store(16, lane: 4, order: MemoryOrder.Volatile, space: StateSpace.Shared);
        if (syncwarp)
            rig.Block().WarpBarrier(0, uint.MaxValue);
        void Read() => rig.Load(16, warp: readingWarp, order: MemoryOrder.Volatile, space: StateSpace.Shared);
        if (!passes)
        {
            Rig.Faults(FaultKind.Race, Read);
            return;
        }
        Read();
        rig.Complete();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AsyncCopy_SourceWrittenByAnotherWarp_HasToWaitForTheCopy(bool waits)
    {
        string body = $$"""
            mov.u32 %r1, sm;
            mad.lo.u32 %r2, %t, 4, %r1;
            setp.ge.u32 %p1, %t, 32;
            @!%p1 cp.async.ca.shared.global [%r2], [%i], 4;
            cp.async.commit_group;
            {{(waits ? "cp.async.wait_group 0;" : "")}}
            bar.sync 0;
            @%p1 st.global.u32 [%i+-128], %t;
            bar.sync 0;
            cp.async.wait_group 0;
            @!%p1 ld.shared.u32 %r3, [%r2];
            @!%p1 st.global.u32 [%o], %r3;
            """;
        uint[] Run() => KernelText.Run(body, 64, declarations: ".shared .align 16 .b8 sm[256];");
        if (waits)
            Assert.Equal(31u, Run()[31]);
        else
            Assert.Contains("before it was waited for", Rig.Faults(FaultKind.Race, () => Run()).Message, StringComparison.Ordinal);
    }
}
