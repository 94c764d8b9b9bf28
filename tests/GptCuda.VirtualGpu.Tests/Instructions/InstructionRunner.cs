using System.Text;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Runs a few PTX lines on many values: sources in %a, %b, %c of given widths, the result in %d.</summary>
internal static class InstructionRunner
{
    /// <summary>The results for each set of sources.</summary>
    /// <param name="body">The lines; %p, %q, %r are predicates, %x, %y scratch of 32 bits, %u, %v of 64.</param>
    /// <param name="resultBytes">The width of %d.</param>
    /// <param name="sourceBytes">The widths of %a, %b, %c.</param>
    /// <param name="sources">The sources' bits: one array for each.</param>
    public static ulong[] Run(string body, int resultBytes, int[] sourceBytes, ulong[][] sources)
    {
        int count = sources[0].Length;
        var text = new StringBuilder(".version 8.3\n.target sm_90\n.address_size 64\n.visible .entry k(.param .u64 po, .param .u32 pn");
        for (int i = 0; i < sourceBytes.Length; i++)
            text.Append($", .param .u64 p{i}");
        text.Append(")\n{\n.reg .pred %p, %q, %r;\n.reg .b32 %t<4>, %x, %y;\n.reg .b64 %at, %o, %u, %v;\n");
        text.Append($".reg .b{resultBytes * 8} %d;\n");
        for (int i = 0; i < sourceBytes.Length; i++)
            text.Append($".reg .b{sourceBytes[i] * 8} %{"abc"[i]};\n");
        text.Append("mov.u32 %t0, %ctaid.x;\nmov.u32 %t1, %ntid.x;\nmov.u32 %t2, %tid.x;\nmad.lo.s32 %t0, %t0, %t1, %t2;\n");
        text.Append("ld.param.u32 %t1, [pn];\nsetp.ge.u32 %p, %t0, %t1;\n@%p exit;\n");
        for (int i = 0; i < sourceBytes.Length; i++)
        {
            text.Append($"ld.param.u64 %o, [p{i}];\nmul.wide.u32 %at, %t0, {sourceBytes[i]};\nadd.s64 %o, %o, %at;\n");
            text.Append($"ld.global.b{sourceBytes[i] * 8} %{"abc"[i]}, [%o];\n");
        }
        text.Append(body).Append('\n');
        text.Append(
            $"ld.param.u64 %o, [po];\nmul.wide.u32 %at, %t0, {resultBytes};\nadd.s64 %o, %o, "
            + $"%at;\nst.global.b{resultBytes * 8} [%o], %d;\nret;\n}}\n");
        using var device = new TestDevice(CheckLevel.Bounds);
        device.Load(text.ToString(), body);
        ulong result = device.Allocate<byte>((long)count * resultBytes);
        object[] arguments = [result, count, .. sources.Select((values, i) => (object)device.Upload<byte>(Pack(values, sourceBytes[i])))];
        // 96 threads a block: a warp that is not full comes last, so masked forms run too.
        device.Launch("k", new((count + 95) / 96, 1, 1), new(96, 1, 1), 0, false, arguments);
        return Unpack(device.Download<byte>(result, count * resultBytes), resultBytes);
    }

    /// <summary>Corner values of a width and random ones beside them.</summary>
    public static ulong[] Values(int bytes, int seed, int random = 400)
    {
        int bits = bytes * 8;
        ulong mask = bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
        var values = new List<ulong>
        {
            0, 1, 2, 3, 5, 7, 8, 10, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256,
            mask, mask - 1, mask >> 1, (mask >> 1) + 1, (mask >> 1) + 2, mask / 3, mask / 3 * 2,
        };
        values.AddRange(bytes switch
        {
            2 =>
                [
                    0x3c00, 0xbc00, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x0001, 0x03ff, 0x0400, 0x8000, 0x8001, 0x3f80, 0xbf80, 0x7f80, 0xff80,
                    0x7f7f, 0x4248,
                ],
            4 => [0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 0xffc00001, 0x00000001, 0x007fffff, 0x00800000,
                0x80000000, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x4f000000, 0x4effffff, 0xcf000000, 0x4f800000, 0x5f000000, 0x3f000000,
                0x3fc00000,
                0x40200000, 0xbf000000, 0xbfc00000, 0x40490fdb, 0x477fe000, 0x477ff000, 0x33800000, 0x38800000, 0x42fe0000, 0xc2fe0000],
            8 => [0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0x0000000000000001,
                0x0010000000000000, 0x8000000000000000, 0x7fefffffffffffff, 0x41dfffffffc00000, 0x41e0000000000000, 0xc1e0000000000000,
                0x43e0000000000000, 0x3fe0000000000000, 0x3ff8000000000000, 0x4004000000000000, 0x47efffffe0000000, 0x47effffff0000000,
                0x36a0000000000000],
            _ => [],
        });
        var generator = new Random(seed);
        for (int i = 0; i < random; i++)
        {
            ulong value = (ulong)generator.NextInt64() ^ ((ulong)generator.NextInt64() << 1);
            // Small numbers and numbers with few bits meet corner cases that uniform ones miss.
            values.Add(
                (i % 4) switch { 0 => value >> generator.Next(64), 1 => value & (ulong)generator.NextInt64() & mask, _ => value } & mask);
        }
        return [.. values.Select(value => value & mask)];
    }

    /// <summary>Corner values against each other and random ones, for up to three sources.</summary>
    public static ulong[][] Sources(int[] bytes, int seed)
    {
        if (bytes.Length == 1)
            return [Values(bytes[0], seed, 2000)];
        ulong[][] values = [.. bytes.Select((width, i) => Values(width, seed + i))];
        var random = new Random(seed);
        var sets = bytes.Select(_ => new List<ulong>()).ToArray();
        int corners = 46;
        for (int i = 0; i < corners; i++)
        {
            for (int j = 0; j < corners; j++)
            {
                sets[0].Add(values[0][i % values[0].Length]);
                sets[1].Add(values[1][j % values[1].Length]);
                if (bytes.Length > 2)
                    sets[2].Add(values[2][random.Next(values[2].Length)]);
            }
        }
        for (int i = 0; i < 3000; i++)
        {
            for (int s = 0; s < bytes.Length; s++)
                sets[s].Add(values[s][random.Next(values[s].Length)]);
        }
        return [.. sets.Select(set => set.ToArray())];
    }

    /// <summary>Runs an instruction on corner and random values and compares each result's bits with the oracle's.</summary>
    public static void Check(string body, int resultBytes, int[] sourceBytes, Func<ulong, ulong, ulong, ulong> oracle)
    {
        ulong[][] sources = Sources(sourceBytes, seed: body.Sum(character => character));
        ulong[] results = Run(body, resultBytes, sourceBytes, sources);
        ulong mask = resultBytes == 8 ? ulong.MaxValue : (1ul << (resultBytes * 8)) - 1;
        for (int i = 0; i < results.Length; i++)
        {
            ulong a = sources[0][i], b = sources.Length > 1 ? sources[1][i] : 0, c = sources.Length > 2 ? sources[2][i] : 0;
            ulong expected = oracle(a, b, c) & mask;
            Assert.True(expected == results[i], $"{body} a={a:x} b={b:x} c={c:x}: expected {expected:x}, got {results[i]:x}");
        }
    }

    private static byte[] Pack(ulong[] values, int bytes)
    {
        var packed = new byte[values.Length * bytes];
        for (int i = 0; i < values.Length; i++)
            BitConverter.GetBytes(values[i]).AsSpan(0, bytes).CopyTo(packed.AsSpan(i * bytes));
        return packed;
    }

    private static ulong[] Unpack(byte[] packed, int bytes)
    {
        var values = new ulong[packed.Length / bytes];
        Span<byte> full = stackalloc byte[8];
        for (int i = 0; i < values.Length; i++)
        {
            full.Clear();
            packed.AsSpan(i * bytes, bytes).CopyTo(full);
            values[i] = BitConverter.ToUInt64(full);
        }
        return values;
    }
}
