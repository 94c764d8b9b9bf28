using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>Blocks side by side: the same outcome whatever the host's threads do, progress for those who wait, dead-locks found.</summary>
public sealed class SchedulingTests
{
    /// <summary>
    /// A grid barrier of the kind that persistent kernels use; each block then adds what the block before it has written.
    /// </summary>
    private const string GridBarrier = """
        mov.u32 %r1, %ctaid.x;
        mov.u32 %r2, %nctaid.x;
        mad.wide.u32 %d1, %r1, 4, %out;
        add.u32 %r3, %r1, 1;
        st.global.u32 [%d1], %r3;
        membar.gl;
        red.release.gpu.global.add.u32 [%in], 1;
        wait:
        ld.acquire.gpu.global.u32 %r4, [%in];
        setp.lt.u32 %p1, %r4, %r2;
        @%p1 nanosleep.u32 20;
        @%p1 bra wait;
        membar.gl;
        add.u32 %r5, %r1, 1;
        rem.u32 %r5, %r5, %r2;
        mad.wide.u32 %d2, %r5, 4, %out;
        ld.global.u32 %r6, [%d2];
        mad.wide.u32 %d3, %r1, 4, %in;
        st.global.u32 [%d3+4], %r6;
        """;

    [Theory]
    [InlineData(1, 1, 0ul)]
    [InlineData(7, 2, 0ul)]
    [InlineData(132, 3, 0ul)]
    [InlineData(132, 2, 9ul)]
    public void GridBarrier_CooperativeBlocks_AllPass(int blocks, int threads, ulong seed)
    {
        using var device = new TestDevice(seed: seed, threads: threads);
        device.Load(KernelText.Kernel(GridBarrier));
        ulong output = device.Upload(new uint[blocks]), counter = device.Upload(new uint[blocks + 1]);
        device.Launch("k", new(blocks, 1, 1), new(1, 1, 1), 0, cooperative: true, output, counter);
        Assert.Equal(
            Enumerable.Range(0, blocks).Select(i => (uint)((i + 1) % blocks + 1)), device.Download<uint>(counter, blocks + 1)[1..]);
    }

    [Fact]
    public void GridBarrier_MoreBlocksThanFit_IsADeadlock()
    {
        using var device = new TestDevice();
        device.Load(KernelText.Kernel(GridBarrier));
        // 1024 threads a block: two blocks on each of 132 multiprocessors.
        ulong output = device.Upload(new uint[300]), counter = device.Upload(new uint[301]);
        var fault = Assert.Throws<VirtualFault>(() => device.Launch("k", new(300, 1, 1), new(1024, 1, 1), 0, false, output, counter));
        Assert.True(fault.Kind is FaultKind.Deadlock or FaultKind.Race, fault.Message);
    }

    [Fact]
    public void GridBarrier_OneBlockTooFew_IsADeadlockThatNamesThePoll()
    {
        using var device = new TestDevice(CheckLevel.Bounds);
        device.Load(KernelText.Kernel(GridBarrier.Replace("setp.lt.u32", "setp.le.u32", StringComparison.Ordinal)));
        ulong output = device.Upload(new uint[8]), counter = device.Upload(new uint[9]);
        var fault = Assert.Throws<VirtualFault>(() => device.Launch("k", new(8, 1, 1), new(1, 1, 1), 0, true, output, counter));
        Assert.Equal(FaultKind.Deadlock, fault.Kind);
        Assert.Contains("ld.acquire.gpu.global.u32", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FloatAtomics_ManyBlocksAndThreads_HaveOneOrder()
    {
        uint[]? first = null;
        foreach (int threads in new[] { 1, 2, 4, 4, 4 })
        {
            using var device = new TestDevice(CheckLevel.Bounds, threads: threads);
            device.Load(KernelText.Kernel("""
                mov.u32 %r1, %ctaid.x;
                mad.lo.u32 %r2, %r1, 64, %t;
                cvt.rn.f32.u32 %f1, %r2;
                rcp.rn.f32 %f2, %f1;
                setp.eq.u32 %p1, %r2, 0;
                selp.f32 %f2, 0f3F800000, %f2, %p1;
                mov.u32 %r3, %r1;
                busy:
                add.u32 %r3, %r3, -1;
                setp.gt.s32 %p2, %r3, 0;
                @%p2 bra busy;
                red.global.add.f32 [%out], %f2;
                atom.global.add.u32 %r4, [%out+4], 1;
                mad.wide.u32 %d1, %r2, 4, %out;
                st.global.u32 [%d1+8], %r4;
                """));
            ulong output = device.Upload(new uint[64 * 100 + 2]);
            device.Launch("k", new(100, 1, 1), new(64, 1, 1), 0, false, output, output);
            uint[] result = device.Download<uint>(output, 64 * 100 + 2);
            Assert.Equal(6400u, result[1]);
            first ??= result;
            Assert.Equal(first, result);
        }
    }

    [Fact]
    public void Seeds_PermuteBlocksAndWarps_EachReproducibly()
    {
        uint[] Order(ulong seed, int threads)
        {
            using var device = new TestDevice(seed: seed, threads: threads);
            device.Load(KernelText.Kernel("""
                and.b32 %r1, %t, 31;
                setp.ne.u32 %p1, %r1, 0;
                @%p1 exit;
                atom.global.add.u32 %r2, [%in], 1;
                mov.u32 %r3, %ctaid.x;
                shl.b32 %r4, %r3, 2;
                shr.u32 %r5, %t, 5;
                add.u32 %r4, %r4, %r5;
                mad.wide.u32 %d1, %r4, 4, %out;
                st.global.u32 [%d1], %r2;
                """));
            ulong output = device.Upload(new uint[64]), counter = device.Upload(0u);
            device.Launch("k", new(16, 1, 1), new(128, 1, 1), 0, false, output, counter);
            return device.Download<uint>(output, 64);
        }
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (uint)i), Order(0, 2));
        uint[] seven = Order(7, 1), eight = Order(8, 2);
        Assert.Equal(seven, Order(7, 4));
        Assert.NotEqual(seven, eight);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (uint)i), seven.Order());
        // Warps of a block are permuted too, not blocks alone.
        Assert.Contains(
            Enumerable.Range(0, 16),
            block => !seven.AsSpan(block * 4, 4).ToArray().SequenceEqual(seven.AsSpan(block * 4, 4).ToArray().Order()));
    }

    [Fact]
    public void SeveralBlocksFault_TheFirstInLaunchOrderIsReported()
    {
        for (int repeat = 0; repeat < 10; repeat++)
        {
            using var device = new TestDevice(threads: 4);
            device.Load(KernelText.Kernel("mov.u32 %r1, %ctaid.x;\nsetp.ge.u32 %p1, %r1, 23;\n@%p1 trap;"));
            ulong output = device.Upload(0u);
            var fault = Assert.Throws<VirtualFault>(() => device.Launch("k", new(200, 1, 1), new(32, 1, 1), 0, false, output, output));
            Assert.Contains("block (23, 0, 0)", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BlockThatWaitsForAFaultyOne_DoesNotHangTheLaunch()
    {
        using var device = new TestDevice(CheckLevel.Bounds);
        device.Load(KernelText.Kernel("""
            mov.u32 %r1, %ctaid.x;
            setp.eq.u32 %p1, %r1, 1;
            @%p1 trap;
            wait:
            ld.acquire.gpu.global.u32 %r2, [%in];
            setp.eq.u32 %p2, %r2, 0;
            @%p2 bra wait;
            """));
        ulong flag = device.Upload(0u);
        var fault = Assert.Throws<VirtualFault>(() => device.Launch("k", new(2, 1, 1), new(1, 1, 1), 0, true, flag, flag));
        Assert.Equal(FaultKind.Trap, fault.Kind);
    }

    [Fact]
    public void Counters_OfASmallKernel_CountEveryWarpInstruction()
    {
        using var device = new TestDevice();
        device.Load(
            KernelText.Kernel("setp.lt.u32 %p1, %t, 40;\n@%p1 bra over;\nmov.u32 %r1, 1;\nover:\nbar.sync 0;\nst.global.u32 [%o], %t;"));
        ulong output = device.Upload(new uint[64]);
        var counters = device.Launch("k", 64, output, output);
        // 5 of the frame, 4 of the body and ret by both warps; the mov by the second alone, in which the branch diverges.
        Assert.Equal(2 * (5 + 4 + 1) + 1, counters.Sum.Instructions.Sum());
        Assert.Equal(1, counters.Sum.DivergentBranches);
        Assert.Equal(2, counters.Sum.Barriers);
    }
}
