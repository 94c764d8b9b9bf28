using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Tests.Checking;

public sealed class BoundsTests
{
    [Fact]
    public void Load_BehindTheEnd_NamesAllocationThreadLineAndDistance()
    {
        using var rig = new Rig(blocks: 3);
        var x = rig.Allocate(1024, "weights");
        var fault = Rig.Faults(FaultKind.OutOfBounds,
            () => rig.Access(AccessKind.Load, lane => x + 1024 - 124 + (ulong)lane * 4, block: 2, warp: 1, line: 17));
        Assert.Equal("weights", fault.Allocation);
        Assert.Equal(x + 1024, fault.Address);
        Assert.Equal(0, fault.Outside);
        Assert.Equal(new(2, 0, 0), fault.Block);
        Assert.Equal(new(63, 0, 0), fault.Thread);
        Assert.Equal(700, fault.ErrorCode);
        Assert.Contains("k.cu:17", fault.Message, StringComparison.Ordinal);
        Assert.Contains("PTX line 117", fault.Message, StringComparison.Ordinal);
        Assert.Contains("0 bytes behind the end of \"weights\" (1024 bytes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UpToTheEnd_Passes()
    {
        using var rig = new Rig();
        var x = rig.Allocate(128);
        rig.Access(AccessKind.Load, lane => x + (ulong)lane * 4);
        rig.Complete();
    }

    [Theory]
    [InlineData(4, 1020 + 2, 4, FaultKind.Misaligned)]
    [InlineData(16, 8, 16, FaultKind.Misaligned)]
    [InlineData(8, 4, 8, FaultKind.Misaligned)]
    public void Load_NotAMultipleOfItsSize_IsMisaligned(int bytes, int offset, int alignment, FaultKind kind)
    {
        using var rig = new Rig();
        var x = rig.Allocate(4096);
        var fault = Rig.Faults(kind, () => rig.Load(x + (ulong)offset, bytes: bytes));
        Assert.Equal(716, fault.ErrorCode);
        Assert.Contains($"a {alignment}-byte access", fault.Message, StringComparison.Ordinal);
        rig.Load(x + 16, bytes: bytes);
    }

    [Fact]
    public void Store_AcrossTheEnd_SaysHowFarOutside()
    {
        using var rig = new Rig();
        var x = rig.Allocate(1000);
        var fault = Rig.Faults(FaultKind.OutOfBounds, () => rig.Store(x + 992, bytes: 16, lane: 3, order: MemoryOrder.Weak));
        Assert.Equal(8, fault.Outside);
        rig.Store(x + 976, bytes: 16);
    }

    [Fact]
    public void Store_BeforeTheStart_NamesTheNearestAllocation()
    {
        using var rig = new Rig();
        rig.Allocate(1000, "a");
        var b = rig.Allocate(1000, "b");
        var fault = Rig.Faults(FaultKind.OutOfBounds, () => rig.Store(b - 16));
        Assert.Equal("b", fault.Allocation);
        Assert.Equal(-16, fault.Outside);
    }

    [Fact]
    public void Load_FromNull_IsSaidToBeNull()
    {
        using var rig = new Rig();
        rig.Allocate(1000);
        Assert.Contains("null pointer", Rig.Faults(FaultKind.OutOfBounds, () => rig.Load(64)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AfterFree_NamesTheFreedAllocation()
    {
        using var rig = new Rig();
        var x = rig.Allocate(1000, "old");
        rig.Load(x);
        Assert.True(rig.Memory.TryFree(x));
        var fault = Rig.Faults(FaultKind.UseAfterFree, () => rig.Load(x + 8));
        Assert.Equal("old", fault.Allocation);
        Assert.Contains("has been freed", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CheckLevel.None)]
    [InlineData(CheckLevel.Bounds)]
    public void LowerLevels_StillCatchBounds_AndLetUninitializedPass(CheckLevel level)
    {
        using var rig = new Rig(level: level);
        var x = rig.Allocate(128, initialized: false);
        rig.Load(x);
        Rig.Faults(FaultKind.OutOfBounds, () => rig.Load(x + 128));
        rig.Access(AccessKind.Store, lane => x + (ulong)lane * 4);
        Assert.Null(rig.Memory.FirstUninitialized(x, 128));
        rig.Complete();
    }

    [Fact]
    public void Shared_OutsideOfTheBlocksBytes_IsCaughtOnBothSides()
    {
        using var rig = new Rig(sharedBytes: 100);
        rig.Store(96, space: StateSpace.Shared);
        Assert.Equal(4, Rig.Faults(FaultKind.OutOfBounds, () => rig.Store(100, space: StateSpace.Shared)).Outside);
        Assert.Equal(-4, Rig.Faults(FaultKind.OutOfBounds, () => rig.Store(unchecked((ulong)-4L), space: StateSpace.Shared)).Outside);
    }

    [Fact]
    public void Local_OutsideAndUninitialized_AreCaughtPerThread()
    {
        using var rig = new Rig(localBytes: 32);
        rig.Store(28, lane: 5, space: StateSpace.Local);
        rig.Load(28, lane: 5, space: StateSpace.Local);
        Rig.Faults(FaultKind.UninitializedRead, () => rig.Load(28, lane: 6, space: StateSpace.Local));
        Rig.Faults(FaultKind.OutOfBounds, () => rig.Load(32, lane: 5, space: StateSpace.Local));
    }

    [Fact]
    public void Constant_WrittenByAKernel_IsRefused()
    {
        using var rig = new Rig();
        var c = rig.Memory.TryAllocate(64, "ctab", kind: AllocationKind.Constant)!.Address;
        rig.Memory.CopyIn(c, new byte[64], "test");
        rig.Load(c, space: StateSpace.Constant);
        Rig.Faults(FaultKind.ReadOnlyWrite, () => rig.Store(c));
    }

    [Fact]
    public void Uninitialized_ReadOfOneByteNeverWritten_NamesIt()
    {
        using var rig = new Rig();
        var x = rig.Allocate(256, "y", initialized: false);
        rig.Access(AccessKind.Store, lane => x + (ulong)lane * 4);
        rig.Store(x + 128, bytes: 2);
        rig.Access(AccessKind.Load, lane => x + (ulong)lane * 4);
        rig.Load(x + 128, bytes: 2);
        rig.Load(x + 128, lane: 0, line: 9);
        var fault = Rig.Faults(FaultKind.UninitializedRead, rig.Complete);
        Assert.Equal(x + 130, fault.Address);
        Assert.Equal("y", fault.Allocation);
        Assert.Contains("k.cu:9", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Uninitialized_SharedMemoryOfAnEarlierBlock_DoesNotCount()
    {
        using var rig = new Rig(blocks: 2);
        rig.Store(0, space: StateSpace.Shared, block: 0);
        rig.Load(0, space: StateSpace.Shared, block: 0);
        rig.Block(0).Complete();
        rig.Load(0, space: StateSpace.Shared, block: 1);
        Rig.Faults(FaultKind.UninitializedRead, rig.Block(1).Complete);
    }

    [Theory]
    [InlineData(StateSpace.Shared)]
    [InlineData(StateSpace.Global)]
    public void Uninitialized_WrittenLaterByAnotherThread_IsARace(StateSpace space)
    {
        using var rig = new Rig();
        var x = space == StateSpace.Shared ? 0 : rig.Allocate(64, initialized: false);
        rig.Load(x, warp: 0, space: space);
        Rig.Faults(FaultKind.Race, () => rig.Store(x, warp: 1, space: space));
    }

    [Fact]
    public void Uninitialized_WrittenLaterByAnotherBlock_IsARace()
    {
        using var rig = new Rig(blocks: 2);
        var x = rig.Allocate(64, initialized: false);
        rig.Load(x, block: 1);
        rig.Store(x, block: 0);
        Rig.Faults(FaultKind.Race, rig.Complete);
    }

    [Fact]
    public void Uninitialized_ValueThatLeadsAstray_IsReportedInsteadOfWhereItLed()
    {
        using var rig = new Rig();
        var x = rig.Allocate(64, initialized: false);
        rig.Load(x, line: 3);
        Assert.Contains(
            "k.cu:3", Rig.Faults(FaultKind.UninitializedRead, () => rig.Load(x + 4096, line: 4)).Message, StringComparison.Ordinal);
    }
}
