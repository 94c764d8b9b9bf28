using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>atom and red: what they leave in memory and what they return.</summary>
public sealed class AtomicInstructionTests
{
    [Theory]
    [InlineData("add.u32", 5u, 32u, 5u + 32 * 33 / 2)]
    [InlineData("add.s32", 5u, 32u, 5u + 32 * 33 / 2)]
    [InlineData("min.u32", 9u, 32u, 1u)]
    [InlineData("min.s32", 0xfffffff0u, 32u, 0xfffffff0u)]
    [InlineData("max.u32", 9u, 32u, 32u)]
    [InlineData("max.s32", 0xfffffff0u, 32u, 32u)]
    [InlineData("and.b32", 0xffu, 8u, 0u)]
    [InlineData("or.b32", 0x100u, 32u, 0x13fu)]
    [InlineData("xor.b32", 0u, 3u, 0u)]
    public void Reductions_AllLanes_LeaveTheTotal(string operation, uint start, uint lanes, uint expected)
    {
        foreach (string space in new[] { "global", "shared" })
        {
            string place = space == "global" ? "%in" : "cell";
            uint[] results = KernelText.Run($"""
                setp.eq.u32 %p1, %t, 0;
                @%p1 st.{space}.u32 [{place}], {start};
                bar.sync 0;
                add.u32 %r1, %t, 1;
                red.{space}.{operation} [{place}], %r1;
                bar.sync 0;
                ld.{space}.u32 %r2, [{place}];
                st.global.u32 [%o], %r2;
                """, (int)lanes, declarations: ".shared .align 4 .u32 cell;");
            Assert.All(results, result => Assert.Equal(expected, result));
        }
    }

    [Fact]
    public void IncAndDec_AtTheBound_Wrap()
    {
        // inc wraps to 0 from its bound; dec wraps to its bound from 0.
        uint[] inc = KernelText.Run("atom.global.inc.u32 %r1, [%in], 4;\nst.global.u32 [%o], %r1;", 12, [3]);
        Assert.Equal([3u, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4], inc);
        uint[] dec = KernelText.Run("atom.global.dec.u32 %r1, [%in], 2;\nst.global.u32 [%o], %r1;", 6, [1]);
        Assert.Equal([1u, 0, 2, 1, 0, 2], dec);
        Assert.Equal([9u, 0], KernelText.Run("atom.global.inc.u32 %r1, [%in], 4;\nst.global.u32 [%o], %r1;", 2, [9]));
        Assert.Equal([9u, 4], KernelText.Run("atom.global.dec.u32 %r1, [%in], 4;\nst.global.u32 [%o], %r1;", 2, [9]));
    }

    [Fact]
    public void ExchangeAndCas_ReturnTheOldValue()
    {
        Assert.Equal([7u, 0, 1, 2], KernelText.Run("atom.global.exch.b32 %r1, [%in], %t;\nst.global.u32 [%o], %r1;", 4, [7]));
        // Each lane succeeds only when it finds its own number, which the lane before left.
        Assert.Equal(
            [0u, 1, 2, 3],
            KernelText.Run("add.u32 %r2, %t, 1;\natom.acq_rel.gpu.global.cas.b32 %r1, [%in], %t, %r2;\nst.global.u32 [%o], %r1;", 4, [0]));
        Assert.Equal(
            [5u, 5, 5, 5],
            KernelText.Run("add.u32 %r2, %t, 1;\natom.global.cas.b32 %r1, [%in], %t, %r2;\nst.global.u32 [%o], %r1;", 4, [5]));
    }

    [Fact]
    public void WideAndFloatAtomics_AddInLaneOrder()
    {
        Assert.Equal([6u, 0], KernelText.Run("""
            cvt.u64.u32 %d1, %t;
            mov.u64 %d3, 0;
            setp.eq.u32 %p1, %t, 0;
            @%p1 st.global.u64 [%in], %d3;
            bar.sync 0;
            atom.global.add.u64 %d2, [%in], %d1;
            bar.sync 0;
            setp.gt.u32 %p1, %t, 1;
            @%p1 exit;
            ld.global.u32 %r1, [%i];
            st.global.u32 [%o], %r1;
            """, 4, [0, 0])[..2]);
        uint[] sums = KernelText.Run("cvt.rn.f32.u32 %f1, %t;\natom.global.add.f32 %f2, [%in], %f1;\nmov.b32 %r1, %f2;\nst.global.u32 [%o], %r1;", 4,
            [BitConverter.SingleToUInt32Bits(0.5f)]);
        Assert.Equal([0.5f, 0.5f, 1.5f, 3.5f], sums.Select(BitConverter.UInt32BitsToSingle));
        uint[] halves = KernelText.Run(
            "mov.b32 %r1, 0x40003c00;\natom.global.add.noftz.f16x2 %r2, [%in], %r1;\nst.global.u32 [%o], %r2;", 3, [0]);
        Assert.Equal([0u, 0x40003c00, 0x44004000], halves);
    }
}
