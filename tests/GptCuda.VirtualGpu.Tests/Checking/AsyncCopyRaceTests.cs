using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>cp.async into shared memory that others read or write.</summary>
public sealed class AsyncCopyRaceTests
{
    private const StateSpace Shared = StateSpace.Shared;

    [Fact]
    public void AsyncCopy_ReadBeforeItsWait_IsCaught_AndOrderedAfterABarrier()
    {
        using var rig = new Rig();
        rig.Access(AccessKind.AsyncCopyWrite, lane => (ulong)lane * 16, bytes: 16, space: Shared, line: 5);
        var fault = Rig.Faults(FaultKind.AsyncCopyPending, () => rig.Load(0, space: Shared));
        Assert.Contains("cp.async.wait_group", fault.Message, StringComparison.Ordinal);
        Rig.Faults(FaultKind.AsyncCopyPending, () => rig.Store(16, warp: 1, space: Shared));
        rig.Barrier();
        Rig.Faults(FaultKind.AsyncCopyPending, () => rig.Load(0, space: Shared));
        Arrive(rig, 16);
        rig.Load(0, lane: 0, space: Shared);
        // The wait is each thread's own: others see the bytes only behind a barrier.
        Rig.Faults(FaultKind.Race, () => rig.Load(0, lane: 1, space: Shared));
        rig.Barrier();
        rig.Load(0, lane: 1, space: Shared);
    }

    [Fact]
    public void AsyncCopy_IntoABufferStillRead_IsARace()
    {
        using var rig = new Rig();
        rig.Store(0, warp: 1, space: Shared);
        rig.Load(0, warp: 1, space: Shared);
        Rig.Faults(FaultKind.Race, () => rig.Access(AccessKind.AsyncCopyWrite, lane => (ulong)lane * 16, bytes: 16, space: Shared));
        rig.Barrier();
        rig.Access(AccessKind.AsyncCopyWrite, lane => (ulong)lane * 16, bytes: 16, space: Shared);
    }

    private static unsafe void Arrive(Rig rig, int bytes)
    {
        var destinations = stackalloc ulong[32];
        for (var lane = 0; lane < 32; lane++)
            destinations[lane] = (ulong)(lane * bytes);
        rig.Block().AsyncCopyArrived(0, uint.MaxValue, destinations, bytes);
    }
}
