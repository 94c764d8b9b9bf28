namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Logic, shifts and bit fields against bit-by-bit definitions.</summary>
public sealed class LogicInstructionTests
{
    public static TheoryData<int> Widths => [2, 4, 8];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Logic_EveryWidth_MatchesOperators(int bytes)
    {
        string type = $"b{bytes * 8}";
        InstructionRunner.Check($"and.{type} %d, %a, %b;", bytes, [bytes, bytes], (a, b, _) => a & b);
        InstructionRunner.Check($"or.{type} %d, %a, %b;", bytes, [bytes, bytes], (a, b, _) => a | b);
        InstructionRunner.Check($"xor.{type} %d, %a, %b;", bytes, [bytes, bytes], (a, b, _) => a ^ b);
        InstructionRunner.Check($"not.{type} %d, %a;", bytes, [bytes], (a, _, _) => ~a);
        InstructionRunner.Check($"cnot.{type} %d, %a;", bytes, [bytes], (a, _, _) => a == 0 ? 1ul : 0);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Shifts_AmountsOfTheWidthAndMore_Clamp(int bytes)
    {
        int bits = bytes * 8;
        InstructionRunner.Check($"shl.b{bits} %d, %a, %b;", bytes, [bytes, 4], (a, b, _) => b >= (ulong)bits ? 0 : a << (int)b);
        InstructionRunner.Check($"shr.u{bits} %d, %a, %b;", bytes, [bytes, 4], (a, b, _) => b >= (ulong)bits ? 0 : a >> (int)b);
        InstructionRunner.Check($"shr.s{bits} %d, %a, %b;", bytes, [bytes, 4], (a, b, _) =>
            (ulong)((long)(a << (64 - bits)) >> (64 - bits) >> (int)Math.Min(b, 63)));
    }

    [Fact]
    public void Funnel_WrapAndClamp_MatchThe64BitShift()
    {
        InstructionRunner.Check("shf.l.wrap.b32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => ((b << 32 | a) << (int)(c & 31)) >> 32);
        InstructionRunner.Check("shf.r.wrap.b32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => (b << 32 | a) >> (int)(c & 31));
        InstructionRunner.Check("shf.l.clamp.b32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => ((UInt128)(b << 32 | a) << (int)Math.Min(c, 32)) >> 32 is var r ? (ulong)r : 0);
        InstructionRunner.Check("shf.r.clamp.b32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => (b << 32 | a) >> (int)Math.Min(c, 32));
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0x96)]
    [InlineData(0xe8)]
    [InlineData(0xfe)]
    [InlineData(0x01)]
    public void Lop3_Table_MatchesBitByBit(int table) =>
        InstructionRunner.Check($"lop3.b32 %d, %a, %b, %c, {table};", 4, [4, 4, 4], (a, b, c) => Bits(32, i =>
            table >> (int)((a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1)) & 1));

    [Fact]
    public void Counts_ZeroAndSign_MatchDefinition()
    {
        foreach (int bits in new[] { 32, 64 })
        {
            int bytes = bits / 8;
            InstructionRunner.Check($"popc.b{bits} %d, %a;", 4, [bytes], (a, _, _) => (ulong)Enumerable.Range(0, bits).Count(i => (a >> i & 1) != 0));
            InstructionRunner.Check($"clz.b{bits} %d, %a;", 4, [bytes], (a, _, _) => (ulong)(bits - 1 - Highest(a, bits)));
            InstructionRunner.Check($"brev.b{bits} %d, %a;", bytes, [bytes], (a, _, _) => Bits(bits, i => (int)(a >> (bits - 1 - i) & 1)));
            InstructionRunner.Check($"bfind.u{bits} %d, %a;", 4, [bytes], (a, _, _) => (ulong)Highest(a, bits));
            InstructionRunner.Check($"bfind.shiftamt.u{bits} %d, %a;", 4, [bytes], (a, _, _) => Highest(a, bits) is var h and >= 0 ? (ulong)(bits - 1 - h) : ulong.MaxValue);
            InstructionRunner.Check($"bfind.s{bits} %d, %a;", 4, [bytes], (a, _, _) => (ulong)Highest((a >> (bits - 1) & 1) != 0 ? ~a : a, bits));
        }
    }

    [Fact]
    public void BitFields_AnyPositionAndLength_MatchTheManualsLoop()
    {
        foreach (int bits in new[] { 32, 64 })
        {
            int bytes = bits / 8;
            foreach (char sign in "us")
            {
                InstructionRunner.Check($"bfe.{sign}{bits} %d, %a, %b, %c;", bytes, [bytes, 4, 4], (a, b, c) =>
                {
                    int position = (int)(b & 255), length = (int)(c & 255);
                    int signBit = sign == 'u' || length == 0 ? 0 : (int)(a >> Math.Min(position + length - 1, bits - 1) & 1);
                    return Bits(bits, i => i < length && position + i < bits ? (int)(a >> (position + i) & 1) : signBit);
                });
            }
            foreach (int position in new[] { 0, 3, 17, 31, 32, 63, 64, 255, 256 })
            {
                foreach (int length in new[] { 0, 1, 8, 31, 32, 64, 255 })
                {
                    InstructionRunner.Check($"bfi.b{bits} %d, %a, %b, {position}, {length};", bytes, [bytes, bytes], (a, b, _) =>
                        Bits(bits, i => i >= (position & 255) && i < (position & 255) + length ? (int)(a >> (i - (position & 255)) & 1) : (int)(b >> i & 1)));
                }
            }
        }
    }

    [Fact]
    public void Prmt_GeneralAndModes_MatchTheManualsTables()
    {
        InstructionRunner.Check("prmt.b32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => Permute(a, b, c));
        (string Mode, string[] Selectors)[] modes =
        [
            ("f4e", ["3210", "4321", "5432", "6543"]),
            ("b4e", ["5670", "6701", "7012", "0123"]),
            ("rc8", ["0000", "1111", "2222", "3333"]),
            ("ecl", ["3210", "3211", "3222", "3333"]),
            ("ecr", ["0000", "1110", "2210", "3210"]),
            ("rc16", ["1010", "3232", "1010", "3232"]),
        ];
        foreach ((string mode, string[] selectors) in modes)
        {
            InstructionRunner.Check($"prmt.b32.{mode} %d, %a, %b, %c;", 4, [4, 4, 4],
                (a, b, c) => Permute(a, b, Convert.ToUInt32(selectors[c & 3], 16)));
        }
    }

    [Fact]
    public void Predicates_AllOperations_MatchBooleans()
    {
        const string load = "setp.lt.u32 %p, %a, 32;\nsetp.ne.u32 %q, %b, 1;\n";
        foreach ((string opcode, Func<bool, bool, bool> oracle) in new (string, Func<bool, bool, bool>)[]
        {
            ("and.pred %r, %p, %q;", (p, q) => p && q), ("or.pred %r, %p, %q;", (p, q) => p || q), ("xor.pred %r, %p, %q;", (p, q) => p != q),
            ("not.pred %r, %p;", (p, _) => !p), ("mov.pred %r, %q;", (_, q) => q), ("and.pred %r, !%p, %q;", (p, q) => !p && q),
            ("setp.eq.and.u32 %r, %a, %a, !%q;", (_, q) => !q), ("setp.ne.or.u32 %r|%p, %a, %a, %q;", (_, q) => q), ("mov.pred %r, -1;", (_, _) => true),
        })
        {
            InstructionRunner.Check($"{load}{opcode}\nselp.b32 %d, 7, 9, %r;", 4, [4, 4], (a, b, _) => oracle(a < 32, b != 1) ? 7ul : 9);
        }
    }

    private static ulong Permute(ulong a, ulong b, ulong selector)
    {
        byte[] bytes = [.. BitConverter.GetBytes((uint)a), .. BitConverter.GetBytes((uint)b)];
        ulong result = 0;
        for (int i = 0; i < 4; i++)
        {
            int nibble = (int)(selector >> (4 * i)) & 15;
            int value = bytes[nibble & 7];
            result |= (ulong)(nibble < 8 ? value : value >= 128 ? 255 : 0) << (8 * i);
        }
        return result;
    }

    private static int Highest(ulong value, int bits) => Enumerable.Range(0, bits).Reverse().FirstOrDefault(i => (value >> i & 1) != 0, -1);

    private static ulong Bits(int count, Func<int, int> bit)
    {
        ulong value = 0;
        for (int i = 0; i < count; i++)
            value |= (ulong)bit(i) << i;
        return value;
    }
}
