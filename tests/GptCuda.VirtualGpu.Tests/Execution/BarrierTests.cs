using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>Barriers of the block and of the warp.</summary>
public sealed class BarrierTests
{
    [Theory]
    [InlineData(1, 0ul)]
    [InlineData(33, 0ul)]
    [InlineData(100, 3ul)]
    [InlineData(1024, 5ul)]
    public void BarSync_SharedExchange_SeesAllThreads(int threads, ulong seed)
    {
        using var device = new TestDevice(seed: seed);
        uint[] results = KernelText.Run($"""
            mov.u32 %r1, buffer;
            mad.lo.u32 %r2, %t, 4, %r1;
            st.shared.u32 [%r2], %t;
            bar.sync 0;
            sub.u32 %r3, {threads - 1}, %t;
            mad.lo.u32 %r4, %r3, 4, %r1;
            ld.shared.u32 %r5, [%r4];
            st.global.u32 [%o], %r5;
            """, threads, declarations: ".shared .align 4 .b8 buffer[4096];", device: device);
        Assert.Equal(Enumerable.Range(0, threads).Select(t => (uint)(threads - 1 - t)), results);
    }

    [Fact]
    public void BarRed_CountAndAndOr_CombineThePredicates()
    {
        uint[] results = KernelText.Run("""
            setp.lt.u32 %p1, %t, 37;
            bar.red.popc.u32 %r1, 0, %p1;
            bar.cta.red.and.pred %p2, 0, %p1;
            barrier.sync.aligned 1;
            bar.red.or.pred %p3, 0, !%p1;
            selp.u32 %r2, 1000, 0, %p2;
            selp.u32 %r3, 2000, 0, %p3;
            add.u32 %r1, %r1, %r2;
            add.u32 %r1, %r1, %r3;
            st.global.u32 [%o], %r1;
            """, 96);
        Assert.All(results, result => Assert.Equal(2037u, result));
    }

    [Fact]
    public void ExitedThreads_AreNotWaitedFor() =>
        Assert.Equal(
            Enumerable.Range(0, 96).Select(t => t < 50 ? 50u : 0),
            KernelText.Run(
                "setp.ge.u32 %p1, %t, 50;\n@%p1 exit;\nsetp.eq.u32 %p2, %t, %t;\nbar.red.popc.u32 %r1, 0, %p2;\nst.global.u32 [%o], %r1;",
                96));

    [Fact]
    public void NamedBarrier_ProducerArrivesConsumerWaits()
    {
        // Warp 0 produces and goes on; warp 1 waits for it. 64 threads take part.
        uint[] results = KernelText.Run("""
            mov.u32 %r1, buffer;
            and.b32 %r2, %t, 31;
            mad.lo.u32 %r1, %r2, 4, %r1;
            setp.ge.u32 %p1, %t, 32;
            @%p1 bra consumer;
            add.u32 %r3, %t, 500;
            st.shared.u32 [%r1], %r3;
            membar.cta;
            bar.arrive 1, 64;
            bra done;
            consumer:
            bar.sync 1, 64;
            ld.shared.u32 %r4, [%r1];
            st.global.u32 [%o], %r4;
            done:
            """, 64, declarations: ".shared .align 4 .b8 buffer[128];");
        Assert.Equal(Enumerable.Range(0, 64).Select(t => t < 32 ? 0u : (uint)(500 + t - 32)), results);
    }

    [Fact]
    public void BarSync_ThatHalfAWarpNeverReaches_IsAFault()
    {
        var fault = Assert.Throws<VirtualFault>(
            () => KernelText.Run("setp.lt.u32 %p1, %t, 16;\n@!%p1 bra over;\nbar.sync 0;\nover:\nst.global.u32 [%o], %t;", 32));
        Assert.Equal(FaultKind.BarrierNotReached, fault.Kind);
        Assert.Contains("0x0000ffff", fault.Message, StringComparison.Ordinal);
        Assert.Contains("bar.sync 0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BarSync_InBothArmsOfABranch_IsAFault()
    {
        var fault = Assert.Throws<VirtualFault>(
            () => KernelText.Run("setp.lt.u32 %p1, %t, 16;\n@!%p1 bra other;\nbar.sync 0;\nbra over;\nother:\nbar.sync 0;\nover:", 32));
        Assert.Equal(FaultKind.BarrierNotReached, fault.Kind);
    }

    [Fact]
    public void BarSync_WarpsAtDifferentBarriers_IsAFault()
    {
        var fault = Assert.Throws<VirtualFault>(() => KernelText.Run("setp.lt.u32 %p1, %t, 32;\n@%p1 bar.sync 0;\n@!%p1 bar.sync 1;", 64));
        Assert.Equal(FaultKind.BarrierNotReached, fault.Kind);
    }

    [Fact]
    public void WarpSync_FromBothArms_WaitsForTheNamedLanes()
    {
        uint[] results = KernelText.Run("""
            mov.u32 %r1, buffer;
            mad.lo.u32 %r2, %t, 4, %r1;
            xor.b32 %r3, %t, 16;
            mad.lo.u32 %r3, %r3, 4, %r1;
            setp.lt.u32 %p1, %t, 16;
            @%p1 bra low;
            st.shared.u32 [%r2], 7;
            bar.warp.sync -1;
            ld.shared.u32 %r4, [%r3];
            bra over;
            low:
            st.shared.u32 [%r2], 9;
            bar.warp.sync -1;
            ld.shared.u32 %r4, [%r3];
            over:
            st.global.u32 [%o], %r4;
            """, 32, declarations: ".shared .align 4 .b8 buffer[128];");
        Assert.Equal(Enumerable.Range(0, 32).Select(t => t < 16 ? 7u : 9u), results);
    }

    [Fact]
    public void WarpSync_OfALaneThatNeverComes_IsADeadlock()
    {
        var fault = Assert.Throws<VirtualFault>(
            () => KernelText.Run("setp.lt.u32 %p1, %t, 16;\n@!%p1 bra over;\nbar.warp.sync -1;\nover:\nst.global.u32 [%o], 0;", 32));
        Assert.Equal(FaultKind.Deadlock, fault.Kind);
    }
}
