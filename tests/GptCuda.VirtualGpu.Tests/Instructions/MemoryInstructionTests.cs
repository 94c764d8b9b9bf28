using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Loads and stores of every width and space, vectors, constants, generic addresses, prefetches.</summary>
public sealed class MemoryInstructionTests
{
    [Theory]
    [InlineData("u8", 1, false)]
    [InlineData("s8", 1, true)]
    [InlineData("u16", 2, false)]
    [InlineData("s16", 2, true)]
    [InlineData("u32", 4, false)]
    [InlineData("s32", 4, true)]
    public void NarrowLoad_IntoAWideRegister_IsExtended(string type, int bytes, bool isSigned) =>
        // The runner loads the source by itself; this stores it to local memory and loads it back narrow, into 64 bits.
        InstructionRunner.Check($"{{ .local .b64 spill; st.local.b64 [spill], %a; ld.local.{type} %d, [spill]; }}", 8, [8], (a, _, _) =>
            isSigned ? (ulong)((long)(a << (64 - bytes * 8)) >> (64 - bytes * 8)) : a & (ulong.MaxValue >> (64 - bytes * 8)));

    [Fact]
    public void NarrowStore_FromAWideRegister_KeepsTheNeighbours() =>
        InstructionRunner.Check("{ .local .b64 spill; st.local.b64 [spill], %b; st.local.u8 [spill+3], %a; st.local.u16 [spill+6], %a; ld.local.b64 %d, [spill]; }", 8, [8, 8],
            (a, b, _) => (b & 0x0000ffff00ffffff) | (a & 0xff) << 24 | (a & 0xffff) << 48);

    [Fact]
    public void Vectors_AllWidths_KeepTheOrder()
    {
        uint[] results = KernelText.Run("""
            mad.wide.u32 %d1, %t, 16, %in;
            ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%d1];
            ld.global.v2.u64 {%d2, %d3}, [%d1];
            ld.global.v4.u16 {%h0, %h1, %h2, %h3}, [%d1+8];
            ld.global.v2.f32 {_, %f1}, [%d1];
            mov.b64 {%r5, %r6}, %d3;
            xor.b32 %r7, %r3, %r5;
            mov.b32 %r8, {%h2, %h3};
            xor.b32 %r8, %r8, %r6;
            or.b32 %r7, %r7, %r8;
            mov.b32 %r9, %f1;
            xor.b32 %r9, %r9, %r2;
            or.b32 %r7, %r7, %r9;
            setp.ne.u32 %p1, %r7, 0;
            @%p1 trap;
            shl.b32 %r1, %r1, 8;
            add.u32 %r1, %r1, %r4;
            st.global.u32 [%o], %r1;
            """, 8, [.. Enumerable.Range(0, 32).Select(i => (uint)(i * 3))]);
        Assert.Equal(Enumerable.Range(0, 8).Select(t => (uint)(4 * t * 3 * 256 + (4 * t + 3) * 3)), results);
    }

    [Fact]
    public void Constants_InitialisedAndAddressed_AreRead()
    {
        uint[] results = KernelText.Run("""
            mov.u64 %d1, table;
            mad.wide.u32 %d1, %t, 4, %d1;
            ld.const.u32 %r1, [%d1];
            mov.u64 %d2, pointer;
            ld.global.u64 %d3, [%d2];
            ld.u32 %r2, [%d3];
            ld.global.f32 %f1, [number];
            cvt.rzi.u32.f32 %r3, %f1;
            ld.global.u32 %r4, [zeros+8];
            add.u32 %r1, %r1, %r2;
            add.u32 %r1, %r1, %r3;
            add.u32 %r1, %r1, %r4;
            st.global.u32 [%o], %r1;
            """, 4, module: """
            .const .align 4 .u32 table[4] = {10, 0x14, 30, 40};
            .global .align 8 .u64 pointer = generic(table)+8;
            .global .f32 number = 0f42280000;
            .global .align 4 .b8 zeros[16];
            """);
        Assert.Equal([10u + 30 + 42, 20 + 30 + 42, 30 + 30 + 42, 40 + 30 + 42], results);
    }

    [Fact]
    public void Generic_SharedLocalAndGlobalInOneWarp_EachFindsItsOwn()
    {
        using var device = new TestDevice();
        uint[] results = KernelText.Run("""
            st.shared.u32 [buffer], 7;
            bar.warp.sync -1;
            st.local.u32 [mine], %t;
            mov.u64 %d2, mine;
            cvta.local.u64 %d2, %d2;
            mov.u64 %d3, %i;
            and.b32 %r1, %t, 1;
            setp.eq.u32 %p1, %r1, 0;
            setp.eq.u32 %p2, %t, 5;
            mov.u64 %d1, buffer;
            cvta.shared.u64 %d1, %d1;
            selp.b64 %d4, %d1, %d2, %p1;
            selp.b64 %d4, %d3, %d4, %p2;
            ld.u32 %r2, [%d4];
            isspacep.shared %p3, %d4;
            isspacep.global %p4, %d4;
            selp.u32 %r3, 100, 0, %p3;
            selp.u32 %r4, 1000, 0, %p4;
            add.u32 %r2, %r2, %r3;
            add.u32 %r2, %r2, %r4;
            cvta.to.shared.u64 %d5, %d1;
            cvt.u32.u64 %r5, %d5;
            ld.shared.u32 %r6, [%r5];
            add.u32 %r2, %r2, %r6;
            st.global.u32 [%o], %r2;
            """, 8, [.. Enumerable.Range(50, 8).Select(i => (uint)i)], ".shared .align 4 .b8 buffer[16];\n.local .align 4 .b8 mine[4];", device: device);
        Assert.Equal([7u + 100 + 7, 1 + 7, 7 + 100 + 7, 3 + 7, 7 + 100 + 7, 55 + 1000 + 7, 7 + 100 + 7, 7 + 7], results);
    }

    [Fact]
    public void DynamicShared_BeginsBehindTheStaticPart()
    {
        using var device = new TestDevice();
        device.Load(KernelText.Kernel("""
            mov.u32 %r1, dynamic;
            mov.u32 %r2, fixed;
            sub.u32 %r3, %r1, %r2;
            st.shared.u32 [dynamic+12], %r3;
            mov.u64 %d1, dynamic;
            ld.shared.u32 %r4, [%d1+12];
            mov.u32 %r5, %dynamic_smem_size;
            add.u32 %r4, %r4, %r5;
            st.global.u32 [%o], %r4;
            """, ".shared .align 4 .b8 fixed[20];", ".extern .shared .align 128 .b8 dynamic[];"));
        ulong output = device.Allocate<uint>(1);
        device.Launch("k", new(1, 1, 1), new(1, 1, 1), 64, false, output, output);
        Assert.Equal(128u + 64, device.Download<uint>(output, 1)[0]);
        Assert.Equal(128, device.Module.Kernels["k"].StaticSharedBytes);
    }

    [Fact]
    public void Orders_AcquireReleaseVolatileAndCacheOperators_MoveTheBytes()
    {
        uint[] results = KernelText.Run("""
            ld.volatile.global.u32 %r1, [%i];
            ld.relaxed.gpu.global.u32 %r2, [%i];
            ld.acquire.sys.global.u32 %r3, [%i];
            ld.global.cg.u32 %r4, [%i];
            ld.global.cs.L2::128B.u32 %r5, [%i];
            ld.global.nc.L1::no_allocate.L2::256B.u32 %r6, [%i];
            ldu.global.u32 %r7, [%i];
            ld.weak.global.u32 %r8, [%i];
            add.u32 %r1, %r1, %r2;
            add.u32 %r3, %r3, %r4;
            add.u32 %r5, %r5, %r6;
            add.u32 %r7, %r7, %r8;
            add.u32 %r1, %r1, %r3;
            add.u32 %r5, %r5, %r7;
            add.u32 %r1, %r1, %r5;
            prefetch.global.L2 [%i];
            prefetchu.L1 [%i];
            fence.acq_rel.gpu;
            membar.gl;
            fence.sc.cta;
            st.release.gpu.global.u32 [%o], %r1;
            st.global.wb.u32 [%o], %r1;
            st.volatile.global.u32 [%o], %r1;
            """, 4, [1, 2, 3, 4]);
        Assert.Equal([8u, 16, 24, 32], results);
    }

    [Fact]
    public void Parameters_StructByAddress_ReadsEveryField()
    {
        using var device = new TestDevice();
        device.Load("""
            .version 9.0
            .target sm_90
            .address_size 64
            .visible .entry k(.param .align 8 .b8 s[24], .param .u8 small, .param .s16 word)
            {
            .reg .b32 %r<8>; .reg .b64 %rd<8>; .reg .b16 %h<4>;
            mov.b64 %rd1, s;
            mov.u64 %rd2, %rd1;
            ld.param.u64 %rd3, [%rd2+0];
            ld.param.v2.u32 {%r1, %r2}, [s+8];
            ld.param.u32 %r3, [%rd2+16];
            cvta.param.u64 %rd4, %rd1;
            ld.u32 %r4, [%rd4+20];
            ld.param.u8 %h1, [small];
            ld.param.s16 %r5, [word];
            cvt.u32.u16 %r6, %h1;
            add.s32 %r1, %r1, %r2;
            add.s32 %r1, %r1, %r3;
            add.s32 %r1, %r1, %r4;
            add.s32 %r1, %r1, %r5;
            add.s32 %r1, %r1, %r6;
            st.global.u32 [%rd3], %r1;
            ret;
            }
            """);
        ulong output = device.Allocate<int>(1);
        byte[] s = [
            .. BitConverter.GetBytes(output), .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(20), .. BitConverter.GetBytes(300),
            .. BitConverter.GetBytes(4000),
        ];
        Assert.Equal([0, 24, 26], device.Module.Kernels["k"].Parameters.Select(parameter => parameter.Offset));
        device.Launch("k", 1, s, new byte[] { 200 }, new byte[] { 0xfe, 0xff });
        Assert.Equal(1 + 20 + 300 + 4000 + 200 - 2, device.Download<int>(output, 1)[0]);
    }

    [Fact]
    public void AsyncCopy_BeforeAndAfterTheWait_PoisonsThenFills()
    {
        string copy = """
            mov.u32 %r1, buffer;
            shl.b32 %r2, %t, 4;
            add.u32 %r1, %r1, %r2;
            mad.wide.u32 %d1, %t, 16, %in;
            mul.lo.u32 %r3, %t, 5;
            cp.async.cg.shared.global [%r1], [%d1], 16, %r3;
            cp.async.commit_group;
            cp.async.ca.shared.global [%r1+64], [%d1], 4;
            cp.async.commit_group;
            """;
        const string read = "ld.shared.v4.u32 {%r4, %r5, %r6, %r7}, [%r1];\nmad.wide.u32 %d2, %t, 16, %out;\nst.global.v4.u32 [%d2], {%r4, %r5, %r6, %r7};\n";
        string Kernel(string wait) => KernelText.Kernel(copy + wait + read, ".shared .align 16 .b8 buffer[128];");
        uint[] input = [.. Enumerable.Range(1, 16).Select(i => 0x01010101u * (uint)i)];

        using (var early = new TestDevice(CheckLevel.Bounds))
        {
            early.Load(Kernel(""));
            ulong output = early.Upload(new uint[16]);
            early.Launch("k", 4, output, early.Upload<uint>(input));
            Assert.All(early.Download<uint>(output, 16), value => Assert.Equal(uint.MaxValue, value));
        }
        foreach (string wait in new[] { "cp.async.wait_group 1;\n", "cp.async.wait_all;\n" })
        {
            using var device = new TestDevice();
            device.Load(Kernel(wait));
            ulong output = device.Upload(new uint[16]);
            device.Launch("k", 4, output, device.Upload<uint>(input));
            byte[] result = device.Download<byte>(output, 64);
            for (int i = 0; i < 64; i++)
                Assert.Equal(i % 16 < i / 16 * 5 ? i / 4 + 1 : 0, result[i]);
        }
        using var checkedDevice = new TestDevice();
        checkedDevice.Load(Kernel(""));
        ulong unused = checkedDevice.Upload(new uint[16]), from = checkedDevice.Upload<uint>(input);
        Assert.Equal(FaultKind.AsyncCopyPending, Assert.Throws<VirtualFault>(() => checkedDevice.Launch("k", 4, unused, from)).Kind);
    }
}
