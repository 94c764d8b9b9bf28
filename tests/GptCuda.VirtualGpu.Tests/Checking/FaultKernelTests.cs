using GptCuda.Tests;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Tests.Execution;
using GptCuda.VirtualGpu.Tests.Samples;

namespace GptCuda.VirtualGpu.Tests.Checking;

/// <summary>
/// tests/data/kernels/faults.cu: every faulty kernel is caught, with the right kind and the line marked FAULT in the source, and its
/// corrected twin passes, whatever the order of blocks and warps.
/// </summary>
public sealed class FaultKernelTests
{
    private static readonly string Source = Repository.TestData("kernels", "faults.cu");
    private static readonly Lazy<string> Ptx = new(() => SampleText.Compile(Source));
    private static readonly Lazy<string[]> Lines = new(() => File.ReadAllLines(Source));
    private static readonly ulong[] Seeds = [0, 1, 2];

    private static GridExtent Of(int count) => new(count, 1, 1);

    private static float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];

    private static void Passes(Action<TestDevice> launch)
    {
        foreach (var seed in Seeds)
        {
            using var device = new TestDevice(seed: seed, budget: 2_000_000);
            device.Load(Ptx.Value, "faults.ptx");
            launch(device);
        }
    }

    private static VirtualFault Faults(string kernel, FaultKind kind, Action<TestDevice> launch, bool namesLine = true)
    {
        VirtualFault? last = null;
        foreach (var seed in Seeds)
        {
            using var device = new TestDevice(seed: seed, budget: 2_000_000);
            device.Load(Ptx.Value, "faults.ptx");
            last = Rig.Faults(kind, () => launch(device));
            Assert.Equal($"kernel {kernel}", last.Subject);
            var line = Array.FindIndex(Lines.Value, text => text.EndsWith($"// FAULT {kernel}", StringComparison.Ordinal)) + 1;
            if (namesLine)
                Assert.Contains($"faults.cu:{line},", last.Message, StringComparison.Ordinal);
            Assert.True(kind == FaultKind.InstructionBudget || last.At is not null, last.Message);
        }
        return last!;
    }

    [Fact]
    public void OutOfBounds_InGlobalMemory()
    {
        Passes(device => device.Launch("oob_global", Of(2), Of(64), arguments: [
            device.Upload<float>(Floats(100)), device.Allocate<float>(100), 100, 1,
        ]));
        var fault = Faults("oob_global", FaultKind.OutOfBounds,
            device => device.Launch(
                "oob_global", Of(2), Of(64), arguments: [device.Upload<float>(Floats(100)), device.Allocate<float>(100), 100, 0]));
        Assert.Equal((new GridExtent(1, 0, 0), new GridExtent(36, 0, 0)), (fault.Block, fault.Thread));
        Assert.Equal("Single", fault.Allocation);
        Assert.Equal(0, fault.Outside);
    }

    [Fact]
    public void OutOfBounds_InSharedMemory()
    {
        Passes(device => device.Launch("oob_shared", 64, device.Allocate<float>(64), 1));
        Assert.Equal(
            4,
            Faults("oob_shared", FaultKind.OutOfBounds, device => device.Launch("oob_shared", 64, device.Allocate<float>(64), 0)).Outside);
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    [InlineData(-1, false)]
    public void OutOfBounds_InLocalMemory(int index, bool passes)
    {
        void Launch(TestDevice device) =>
            device.Launch("oob_local", 32, device.Upload<float>(Floats(16)), device.Allocate<float>(32), index);
        if (passes)
            Passes(Launch);
        else
            Faults("oob_local", FaultKind.OutOfBounds, Launch);
    }

    [Fact]
    public void Misaligned_VectorLoad() => Pair("misaligned", FaultKind.Misaligned,
        (device, good) => device.Launch("misaligned", 32, device.Upload<float>(Floats(16)), device.Allocate<float>(32), good));

    [Fact]
    public void Uninitialized_GlobalMemory()
    {
        Passes(device => device.Launch("uninitialized_global", 32, device.Upload<float>(Floats(32)), device.Allocate<float>(32)));
        Faults("uninitialized_global", FaultKind.UninitializedRead,
            device => device.Launch("uninitialized_global", 32, device.Allocate<float>(32), device.Allocate<float>(32)));
    }

    [Fact]
    public void Uninitialized_SharedMemory() => Pair("uninitialized_shared", FaultKind.UninitializedRead,
        (device, good) => device.Launch("uninitialized_shared", 64, device.Allocate<float>(64), good));

    [Fact]
    public void Race_MissingSyncthreads() => Pair("missing_syncthreads", FaultKind.Race,
        (device, good) => device.Launch("missing_syncthreads", 64, device.Allocate<float>(64), good));

    [Fact]
    public void Race_MissingSecondSyncthreads() => Pair("missing_second_syncthreads", FaultKind.Race,
        (device, good) => device.Launch("missing_second_syncthreads", 64, device.Allocate<float>(64), 3, good));

    [Fact]
    public void Race_MissingSyncwarp() => Pair("missing_syncwarp", FaultKind.Race,
        (device, good) => device.Launch("missing_syncwarp", 32, device.Allocate<float>(32), good));

    [Fact]
    public void Race_ShflOrdersNoMemory() => Pair("shfl_is_no_barrier", FaultKind.Race,
        (device, good) => device.Launch("shfl_is_no_barrier", 32, device.Allocate<float>(32), good));

    [Theory]
    [InlineData(1, 32)]
    [InlineData(1, 64)]
    [InlineData(2, 1)]
    public void Race_PlainCounter(int blocks, int threads) => Pair("plain_counter", FaultKind.Race,
        (device, good) => device.Launch("plain_counter", Of(blocks), Of(threads), arguments: [device.Upload<uint>(0u), good]));

    [Fact]
    public void Race_HistogramReadBeforeTheBarrier() => Pair("histogram_read_early", FaultKind.Race,
        (device, good) => device.Launch("histogram_read_early", 64, device.Upload<uint>([.. Enumerable.Range(0, 64).Select(i => (uint)i)]),
            device.Allocate<uint>(8), good));

    [Fact]
    public void Race_InGlobalMemoryWithinABlock() => Pair("global_race_in_block", FaultKind.Race,
        (device, good) => device.Launch("global_race_in_block", 64, device.Allocate<float>(64), good));

    [Fact]
    public void Race_BetweenBlocks() => Pair("race_of_blocks", FaultKind.Race,
        (device, good) => device.Launch(
            "race_of_blocks", Of(5), Of(32), arguments: [device.Upload<float>(Floats(160)), device.Allocate<float>(160), good]));

    [Theory]
    [InlineData(1, 1, 1, true)]
    [InlineData(0, 1, 1, false)]
    [InlineData(1, 0, 1, false)]
    [InlineData(1, 1, 0, false)]
    [InlineData(0, 1, 0, false)]
    public void Race_LastBlockMerges(int fence, int barrier, int acquire, bool passes)
    {
        void Launch(TestDevice device)
        {
            var y = device.Allocate<float>(64);
            device.Launch("last_block", Of(6), Of(64), arguments:
                [device.Upload<float>(Floats(6 * 64)), device.Upload<uint>(0u), y, fence, barrier, acquire]);
            Assert.Equal(6f * 63, device.Download<float>(y, 1)[0]);
        }
        if (passes)
            Passes(Launch);
        else
            Faults("last_block", FaultKind.Race, Launch);
    }

    [Fact]
    public void Race_MessageWithoutFences() => Pair("message", FaultKind.Race, (device, good) =>
        device.Launch(
            "message", Of(2), Of(1), arguments: [device.Upload<uint>(0u), device.Upload<uint>(0u), device.Upload<uint>(0u), good]));

    [Fact]
    public void Race_AtomicOfBlockScope() => Pair("atomic_of_block_scope", FaultKind.Race,
        (device, good) => device.Launch("atomic_of_block_scope", Of(3), Of(32), arguments: [device.Upload<uint>(0u), good]));

    [Fact]
    public void NonCoherentLoad_OfWhatTheLaunchWrites() => Pair("nc_write", FaultKind.NonCoherentWrite,
        (device, good) =>
            device.Launch("nc_write", Of(2), Of(32), arguments: [device.Upload<float>(Floats(64)), device.Allocate<float>(64), good]));

    [Fact]
    public void GridBarrier_WithMoreBlocksThanFit_Deadlocks()
    {
        Passes(device => device.Launch(
            "grid_barrier", Of(8), Of(64), cooperative: true, arguments: [device.Upload<uint>(0u), device.Allocate<uint>(8)]));
        // 132 SMs hold two blocks of 1024 threads each.
        var fault = Faults("grid_barrier", FaultKind.Deadlock, device => device.Launch("grid_barrier", Of(265), Of(1024),
            arguments: [device.Upload<uint>(0u), device.Allocate<uint>(265)]), namesLine: false);
        Assert.Equal(702, fault.ErrorCode);
    }

    [Fact]
    public void Barrier_ThatALiveThreadNeverReaches() => Pair("barrier_not_reached", FaultKind.BarrierNotReached,
        (device, good) => device.Launch("barrier_not_reached", 64, device.Allocate<uint>(64), good));

    [Fact]
    public void Shfl_WithAnInactiveLaneInItsMask() => Pair("shfl_inactive", FaultKind.InactiveLane,
        (device, good) => device.Launch("shfl_inactive", 32, device.Allocate<uint>(32), good), namesLine: false);

    [Fact]
    public void Vote_WithAnInactiveLaneInItsMask() => Pair("vote_inactive", FaultKind.InactiveLane,
        (device, good) => device.Launch("vote_inactive", 32, device.Allocate<uint>(32), good), namesLine: false);

    [Fact]
    public void Mma_WithInactiveLanes() => Pair("mma_inactive", FaultKind.InactiveLane,
        (device, good) => device.Launch("mma_inactive", 32, device.Allocate<float>(32), good), namesLine: false);

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(0, 1, FaultKind.AsyncCopyPending)]
    [InlineData(0, 0, FaultKind.AsyncCopyPending)]
    [InlineData(1, 0, FaultKind.Race)]
    public void AsyncCopy_NeedsItsWaitAndABarrier(int wait, int barrier, FaultKind? kind)
    {
        void Launch(TestDevice device) => device.Launch("copy_not_waited", 64,
            device.Upload<uint>([.. Enumerable.Range(0, 256).Select(i => (uint)i)]), device.Allocate<uint>(64), wait, barrier);
        if (kind is { } expected && wait == 1)
            Faults("copy_not_waited", expected, Launch);
        else if (kind is null)
            Passes(Launch);
        else
            FaultsEither("copy_not_waited", expected: FaultKind.AsyncCopyPending, or: FaultKind.Race, Launch);
    }

    [Fact]
    public void AsyncCopy_IntoABufferThatOthersStillRead() => Pair("refilled_too_early", FaultKind.Race, (device, good) =>
        device.Launch("refilled_too_early", 64, device.Upload<uint>(new uint[256]), device.Allocate<uint>(64), 3, good), namesLine: false);

    [Fact]
    public void Deadlock_WaitingForNobody() => Pair("waits_for_nobody", FaultKind.Deadlock, (device, good) =>
        device.Launch("waits_for_nobody", 32, device.Upload<uint>(0u), device.Allocate<uint>(32), good), namesLine: false);

    [Fact]
    public void Budget_OfAnEndlessLoop()
    {
        Pair("runs_forever", FaultKind.InstructionBudget,
            (device, good) => device.Launch("runs_forever", 32, device.Allocate<uint>(32), good), namesLine: false);
    }

    [Fact]
    public void Trap_NamesItsLine() => Pair("traps", FaultKind.Trap,
        (device, good) => device.Launch("traps", 32, device.Allocate<uint>(32), good), namesLine: false);

    private static void Pair(string kernel, FaultKind kind, Action<TestDevice, int> launch, bool namesLine = true)
    {
        Passes(device => launch(device, 1));
        Faults(kernel, kind, device => launch(device, 0), namesLine);
    }

    // A thread that is ahead of the copying one has read before the copy begins.
    private static void FaultsEither(string kernel, FaultKind expected, FaultKind or, Action<TestDevice> launch)
    {
        foreach (var seed in Seeds)
        {
            using var device = new TestDevice(seed: seed);
            device.Load(Ptx.Value, "faults.ptx");
            var fault = Assert.Throws<VirtualFault>(() => launch(device));
            Assert.True(fault.Kind == expected || fault.Kind == or, fault.Message);
            Assert.Equal($"kernel {kernel}", fault.Subject);
        }
    }
}
