using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Ptx;
using GptCuda.VirtualGpu.Tests.Checking;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Forms of moves, loads and stores that compilers write for some architectures alone.</summary>
public sealed class RegisterFormTests
{
    [Fact]
    public void Mov_OneHalfThrownAway_GivesTheOther()
    {
        uint[] results = KernelText.Run("""
            ld.global.u32 %r1, [%i];
            mov.b64 %d1, {%r1, %t};
            mov.b64 {_, %r2}, %d1;
            mov.b64 {%r3, _}, %d1;
            mov.b32 {_, %h1}, %r3;
            cvt.u32.u16 %r4, %h1;
            shl.b32 %r4, %r4, 8;
            add.u32 %r2, %r2, %r4;
            st.global.u32 [%o], %r2;
            """, 4, [0x10000, 0x20000, 0x30000, 0x40005]);
        Assert.Equal([0x100u, 0x201, 0x302, 0x403], results);
    }

    [Fact]
    public void Load_32Bytes_OfGlobalMemory()
    {
        const string body = """
            mul.lo.u32 %r20, %t, 32;
            cvt.u64.u32 %d0, %r20;
            add.s64 %d1, %in, %d0;
            ld.global.nc.v8.b32 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%d1];
            ld.global.L1::evict_last.L2::evict_first.v4.b64 {%d2, %d3, %d4, _}, [%d1];
            cvt.u32.u64 %r9, %d4;
            mad.lo.u32 %r1, %r8, 100, %r1;
            mad.lo.u32 %r1, %r9, 10000, %r1;
            st.global.u32 [%o], %r1;
            """;
        uint[] input = [.. Enumerable.Range(0, 16).Select(i => (uint)i)];
        Assert.Equal([40700u, 121508u], KernelText.Run(body, 2, input));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(16, false)]
    public void Store_32Bytes_NeedsTheirAlignment(int offset, bool passes)
    {
        using var device = new TestDevice();
        device.Load(KernelText.Kernel($"st.global.v8.b32 [%out+{offset}], {{%t, 1, 2, 3, 4, 5, 6, 7}};"));
        ulong output = device.Upload(new uint[32]), input = device.Upload(0u);
        void Launch() => device.Launch("k", 1, output, input);
        if (!passes)
        {
            Rig.Faults(FaultKind.Misaligned, Launch);
            return;
        }
        Launch();
        Assert.Equal([0u, 1, 2, 3, 4, 5, 6, 7], device.Download<uint>(output, 16)[8..]);
    }

    [Fact]
    public void CachePolicy_OfLoadStoreAndCopy_ChangesNoValue()
    {
        uint[] results = KernelText.Run("""
            createpolicy.fractional.L2::evict_first.b64 %d1, 1.0;
            ld.global.nc.L1::no_allocate.L2::cache_hint.u32 %r1, [%i], %d1;
            mov.u32 %r2, sm;
            mad.lo.u32 %r2, %t, 4, %r2;
            cp.async.ca.shared.global.L2::cache_hint [%r2], [%i], 4, %d1;
            cp.async.wait_all;
            ld.shared.u32 %r3, [%r2];
            add.u32 %r1, %r1, %r3;
            st.global.L2::cache_hint.u32 [%o], %r1, %d1;
            """, 32, declarations: ".shared .align 16 .b8 sm[256];");
        Assert.Equal(62u, results[31]);
    }

    [Fact]
    public void Elect_PartOfAWarp_ChoosesOneLane()
    {
        uint[] results = KernelText.Run("""
            setp.lt.u32 %p1, %t, 8;
            @%p1 bra SKIP;
            elect.sync %r1|%p2, 0xffffff00;
            selp.u32 %r2, 100, 0, %p2;
            add.u32 %r1, %r1, %r2;
            st.global.u32 [%o], %r1;
            SKIP:
            """, 32);
        Assert.Equal([0u, 108, 8], results[7..10]);
    }

    [Fact]
    public void Discard_WhoseBytesAreUndefinedThen_IsRefused() => Assert.Throws<PtxSyntaxException>(
        () => KernelText.Run("discard.global.L2 [%in], 128;", 1));
}
