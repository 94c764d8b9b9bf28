namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>Small kernels for tests.</summary>
internal static class KernelText
{
    /// <summary>
    /// A kernel k(out, in) with %tid.x in %t, its own element's addresses in %o (out + 4 t) and %i (in + 4 t), and registers to spare:
    /// predicates %p0-7, %h0-7 of 16 bits, %r0-31, %d0-15 of 64 bits, %f0-31.
    /// </summary>
    public static string Kernel(string body, string declarations = "", string module = "") => $$"""
        .version 8.3
        .target sm_90
        .address_size 64
        {{module}}
        .visible .entry k(.param .u64 out, .param .u64 in)
        {
        .reg .pred %p<8>; .reg .b16 %h<8>; .reg .b32 %r<32>; .reg .b64 %d<16>; .reg .f32 %f<32>; .reg .b32 %t; .reg .b64 %o, %i, %out, %in;
        {{declarations}}
        mov.u32 %t, %tid.x;
        ld.param.u64 %out, [out];
        ld.param.u64 %in, [in];
        mad.wide.u32 %o, %t, 4, %out;
        mad.wide.u32 %i, %t, 4, %in;
        {{body}}
        ret;
        }
        """;

    /// <summary>Runs such a kernel in one block and returns what each thread wrote to its element of out.</summary>
    public static uint[] Run(
        string body, int threads, uint[]? input = null, string declarations = "", string module = "", TestDevice? device = null)
    {
        using TestDevice? own = device is null ? new TestDevice() : null;
        TestDevice used = device ?? own!;
        used.Load(Kernel(body, declarations, module));
        ulong output = used.Upload(new uint[threads]);
        used.Launch("k", threads, output, used.Upload<uint>(input ?? [.. Enumerable.Range(0, threads).Select(i => (uint)i)]));
        return used.Download<uint>(output, threads);
    }
}
