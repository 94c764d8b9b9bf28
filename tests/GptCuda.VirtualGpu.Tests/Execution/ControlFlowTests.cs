using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>Divergence and reconvergence, seen through activemask; loops, tables of branches, calls, exits.</summary>
public sealed class ControlFlowTests
{
    public static TheoryData<ulong> Seeds => [0, 1, 2, 77];

    private static uint[] Run(string body, int threads, ulong seed, string declarations = "", string module = "", uint[]? input = null)
    {
        using var device = new TestDevice(seed: seed);
        return KernelText.Run(body, threads, input, declarations, module, device);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void NestedBranches_MeetAtThePostDominator(ulong seed)
    {
        uint[] results = Run("""
            and.b32 %r1, %t, 1;
            and.b32 %r2, %t, 2;
            setp.eq.u32 %p1, %r1, 0;
            setp.eq.u32 %p2, %r2, 0;
            @%p1 bra even;
            @%p2 bra inner;
            activemask.b32 %r3;
            bra join1;
            inner:
            activemask.b32 %r3;
            join1:
            activemask.b32 %r4;
            bra join;
            even:
            activemask.b32 %r3;
            mov.u32 %r4, %r3;
            join:
            activemask.b32 %r5;
            setp.ne.u32 %p3, %r5, -1;
            @%p3 trap;
            xor.b32 %r3, %r3, %r4;
            st.global.u32 [%o], %r3;
            """, 32, seed);
        // Odd lanes parted by bit 1 and met again before they met the even ones.
        Assert.All(Enumerable.Range(0, 32), t => Assert.Equal(t % 2 == 0 ? 0u : t % 4 == 1 ? 0x88888888u : 0x22222222u, results[t]));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Loop_WithBreakContinueAndReturnInside_EachLaneCountsItsOwn(ulong seed)
    {
        // for (i = 0; ; i++) { if (i >= t) break; if (i % 3 == 1) continue; if (t == 20 && i == 6) return; sum += i; }  out = sum
        uint[] results = Run("""
            mov.u32 %r1, 0;
            mov.u32 %r2, 0;
            bra head;
            latch:
            add.u32 %r1, %r1, 1;
            head:
            setp.ge.u32 %p1, %r1, %t;
            @%p1 bra done;
            rem.u32 %r3, %r1, 3;
            setp.eq.u32 %p2, %r3, 1;
            @%p2 bra latch;
            setp.eq.u32 %p3, %t, 20;
            setp.eq.and.u32 %p3, %r1, 6, %p3;
            @%p3 ret;
            add.u32 %r2, %r2, %r1;
            bra latch;
            done:
            st.global.u32 [%o], %r2;
            bar.warp.sync 0xffefffff;
            activemask.b32 %r4;
            setp.ne.u32 %p4, %r4, 0xffefffff;
            @%p4 trap;
            """, 32, seed);
        for (int t = 0; t < 32; t++)
            Assert.Equal(t == 20 ? 0u : (uint)Enumerable.Range(0, t).Where(i => i % 3 != 1).Sum(), results[t]);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void IndexedBranch_EveryTarget_IsTakenByItsLanes(ulong seed)
    {
        uint[] results = Run("""
            and.b32 %r1, %t, 3;
            targets: .branchtargets a, b, c, a;
            brx.idx %r1, targets;
            c:
            mov.u32 %r2, 300;
            bra.uni over;
            a:
            mov.u32 %r2, 100;
            bra.uni over;
            b:
            mov.u32 %r2, 200;
            over:
            activemask.b32 %r3;
            setp.ne.u32 %p1, %r3, -1;
            @%p1 trap;
            st.global.u32 [%o], %r2;
            """, 32, seed);
        Assert.Equal(Enumerable.Range(0, 32).Select(t => (uint)new[] { 100, 200, 300, 100 }[t & 3]), results);
    }

    [Fact]
    public void IndexedBranch_BeyondTheTable_IsAFault()
    {
        var fault = Assert.Throws<VirtualFault>(() => Run("targets: .branchtargets a;\nbrx.idx %t, targets;\na:", 2, 0));
        Assert.Equal(FaultKind.IllegalInstruction, fault.Kind);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Calls_NestedAndGuarded_ReturnToTheirCaller(ulong seed)
    {
        uint[] results = Run("""
            mov.u32 %r9, 5;
            setp.gt.u32 %p1, %t, 2;
            { .param .b32 a; .param .b32 r; st.param.b32 [a+0], %t; @%p1 call (r), twice, (a); ld.param.b32 %r1, [r+0]; @!%p1 mov.u32 %r1, 77; }
            activemask.b32 %r2;
            setp.ne.u32 %p2, %r2, 255;
            @%p2 trap;
            st.global.u32 [%o], %r1;
            """, 8, seed, module: """
            .func (.param .b32 r) increment(.param .b32 a)
            { .reg .b32 %r<4>; .reg .pred %p<2>; ld.param.b32 %r1, [a]; setp.eq.u32 %p1, %r1, 4; @%p1 bra early; add.u32 %r1, %r1, 1; st.param.b32 [r], %r1; ret;
              early: st.param.b32 [r], 1000; ret; }
            .func (.param .b32 r) twice(.param .b32 a)
            { .reg .b32 %r<4>; ld.param.b32 %r1, [a];
              { .param .b32 x; .param .b32 y; st.param.b32 [x], %r1; call.uni (y), increment, (x); ld.param.b32 %r2, [y]; }
              { .param .b32 x; .param .b32 y; st.param.b32 [x], %r2; call.uni (y), increment, (x); ld.param.b32 %r3, [y]; }
              st.param.b32 [r], %r3; }
            """);
        Assert.Equal([77u, 77, 77, 1000, 1001, 7, 8, 9], results);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SpinLockBetweenLanesOfAWarp_EveryLaneGetsIt(ulong seed)
    {
        // The classic that deadlocks in lock-step: the holder waits at the meeting point for those who spin.
        uint[] results = Run("""
            setp.eq.u32 %p1, %t, 0;
            @%p1 st.global.u32 [%in], 0;
            @%p1 st.shared.u32 [count], 0;
            bar.warp.sync -1;
            spin:
            atom.acquire.gpu.global.cas.b32 %r1, [%in], 0, 1;
            setp.ne.u32 %p2, %r1, 0;
            @%p2 bra spin;
            ld.shared.u32 %r2, [count];
            add.u32 %r2, %r2, 1;
            st.shared.u32 [count], %r2;
            st.release.gpu.global.u32 [%in], 0;
            bar.warp.sync -1;
            ld.shared.u32 %r3, [count];
            st.global.u32 [%o], %r3;
            """, 32, seed, ".shared .u32 count;");
        Assert.Equal(Enumerable.Repeat(32u, 32), results);
    }

    [Fact]
    public void ScopedRegisters_ShadowTheFunctions() =>
        Assert.Equal([6u, 6], Run("mov.u32 %r1, 1;\n{ .reg .b32 %r1; mov.u32 %r1, 5; { .reg .b32 %r1; mov.u32 %r1, 70; } add.u32 %r2, %r1, 0; }\nadd.u32 %r2, %r2, %r1;\nst.global.u32 [%o], %r2;", 2, 0));

    [Fact]
    public void ScopedLabels_OfTwoInlinedBlocks_AreTheirOwn() =>
        Assert.Equal([11u, 22], Run("""
            mov.u32 %r1, 0;
            setp.eq.u32 %p1, %t, 0;
            { @%p1 bra skip; add.u32 %r1, %r1, 22; skip: }
            { @!%p1 bra skip; add.u32 %r1, %r1, 11; skip: }
            st.global.u32 [%o], %r1;
            """, 2, 0));

    [Fact]
    public void Trap_NamesKernelThreadAndLine()
    {
        var fault = Assert.Throws<VirtualFault>(() => Run("setp.eq.u32 %p1, %t, 37;\n@%p1 trap;", 64, 0));
        Assert.Equal(FaultKind.Trap, fault.Kind);
        Assert.Contains("thread (37, 0, 0)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("@%p1 trap;", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EndlessLoop_IsStoppedByTheBudget()
    {
        using var device = new TestDevice(budget: 100_000);
        var fault = Assert.Throws<VirtualFault>(() => KernelText.Run("again: bra again;", 32, device: device));
        Assert.Equal(FaultKind.InstructionBudget, fault.Kind);
    }

    [Fact]
    public void SpecialRegisters_OfAThreeDimensionalLaunch_NameEveryThread()
    {
        using var device = new TestDevice();
        device.Load("""
            .version 8.3
            .target sm_80
            .address_size 64
            .visible .entry k(.param .u64 out)
            {
            .reg .b32 %r<24>; .reg .b64 %rd<4>;
            mov.u32 %r1, %tid.x; mov.u32 %r2, %tid.y; mov.u32 %r3, %tid.z; mov.u32 %r4, %ntid.x; mov.u32 %r5, %ntid.y; mov.u32 %r6, %ntid.z;
            mov.u32 %r7, %ctaid.x; mov.u32 %r8, %ctaid.y; mov.u32 %r9, %ctaid.z; mov.u32 %r10, %nctaid.x; mov.u32 %r11, %nctaid.y;
            mad.lo.u32 %r12, %r3, %r5, %r2;
            mad.lo.u32 %r12, %r12, %r4, %r1;
            mad.lo.u32 %r13, %r9, %r11, %r8;
            mad.lo.u32 %r13, %r13, %r10, %r7;
            mul.lo.u32 %r14, %r4, %r5;
            mul.lo.u32 %r14, %r14, %r6;
            mad.lo.u32 %r15, %r13, %r14, %r12;
            mov.u32 %r16, %laneid;
            mov.u32 %r17, %lanemask_lt;
            popc.b32 %r18, %r17;
            sub.u32 %r19, %r18, %r16;
            mov.u32 %r20, %warpid;
            mad.lo.u32 %r21, %r20, 32, %r16;
            add.u32 %r21, %r21, %r19;
            ld.param.u64 %rd1, [out];
            mad.wide.u32 %rd2, %r15, 8, %rd1;
            st.global.v2.u32 [%rd2], {%r15, %r21};
            ret;
            }
            """);
        const int blocks = 2 * 3 * 2, threads = 5 * 4 * 3;
        ulong output = device.Allocate<uint>(blocks * threads * 2);
        device.Launch("k", new(2, 3, 2), new(5, 4, 3), 0, false, output);
        uint[] results = device.Download<uint>(output, blocks * threads * 2);
        for (uint i = 0; i < blocks * threads; i++)
            Assert.Equal((i, i % threads), (results[2 * i], results[2 * i + 1]));
    }
}
