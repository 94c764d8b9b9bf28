namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>PTX of the kernels that the driver's tests launch.</summary>
internal static class Kernels
{
    private const string Head = """
        .version 8.0
        .target sm_75
        .address_size 64

        """;

    /// <summary>increment(u32* p): p[0] += 1. add(u32* p, u32 amount): p[thread] += amount.</summary>
    public const string Counting = Head + """
        .visible .entry increment(.param .u64 p)
        {
            .reg .b64 %a;
            .reg .b32 %v;
            ld.param.u64 %a, [p];
            ld.global.u32 %v, [%a];
            add.u32 %v, %v, 1;
            st.global.u32 [%a], %v;
            ret;
        }
        .visible .entry add(.param .u64 p, .param .u32 amount)
        {
            .reg .b64 %a, %o;
            .reg .b32 %v, %t, %n;
            ld.param.u64 %a, [p];
            ld.param.u32 %n, [amount];
            mov.u32 %t, %tid.x;
            mul.wide.u32 %o, %t, 4;
            add.u64 %a, %a, %o;
            ld.global.u32 %v, [%a];
            add.u32 %v, %v, %n;
            st.global.u32 [%a], %v;
            ret;
        }
        """;

    /// <summary>nothing(): no parameters. bounded(): at most 64 threads. fixed(): blocks of (32, 2, 1) only.</summary>
    public const string Empty = Head + """
        .visible .entry nothing() { ret; }
        .visible .entry bounded() .maxntid 64, 1, 1 { ret; }
        .visible .entry fixed() .reqntid 32, 2, 1 { ret; }
        """;

    /// <summary>overrun(u32* p): stores 4 bytes 1 MiB behind p. halt(): executes trap.</summary>
    public const string Faulty = Head + """
        .visible .entry overrun(.param .u64 p)
        {
            .reg .b64 %a;
            .reg .b32 %v;
            ld.param.u64 %a, [p];
            mov.u32 %v, 1;
            st.global.u32 [%a+1048576], %v;
            ret;
        }
        .visible .entry halt() { trap; ret; }
        """;

    /// <summary>Variables table (4 words, 1 to 4) and scratch (64 bytes); third(u32* p): p[0] = table[2].</summary>
    public const string Variables = Head + """
        .visible .const .align 4 .u32 table[4] = {1, 2, 3, 4};
        .visible .global .align 16 .b8 scratch[64];
        .visible .entry third(.param .u64 p)
        {
            .reg .b64 %a;
            .reg .b32 %v;
            ld.param.u64 %a, [p];
            ld.const.u32 %v, [table+8];
            st.global.u32 [%a], %v;
            ret;
        }
        """;

    /// <summary>
    /// dynamic(u32* p, u32 at): writes 7 to a word of dynamic shared memory and from there to p; 16 static bytes besides.
    /// </summary>
    public const string Shared = Head + """
        .extern .shared .align 16 .b8 room[];
        .visible .entry dynamic(.param .u64 p, .param .u32 at)
        {
            .shared .align 16 .b8 fix[16];
            .reg .b64 %a;
            .reg .b32 %v, %s, %o;
            ld.param.u64 %a, [p];
            ld.param.u32 %o, [at];
            mov.u32 %s, room;
            add.u32 %s, %s, %o;
            mov.u32 %v, 7;
            st.shared.u32 [fix], %v;
            st.shared.u32 [%s], %v;
            ld.shared.u32 %v, [%s];
            st.global.u32 [%a], %v;
            ret;
        }
        """;
}
