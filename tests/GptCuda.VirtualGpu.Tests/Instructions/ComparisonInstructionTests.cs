namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>setp, set, selp, slct against the host's comparisons.</summary>
public sealed class ComparisonInstructionTests
{
    [Fact]
    public void SetpIntegers_EverySignAndWidth_MatchHost()
    {
        foreach (int bits in new[] { 16, 32, 64 })
        {
            foreach (char sign in "us")
            {
                foreach ((string name, Func<int, bool> holds) in new (string, Func<int, bool>)[]
                {
                    ("eq", side => side == 0), ("ne", side => side != 0), ("lt", side => side < 0), ("le", side => side <= 0),
                    ("gt", side => side > 0), ("ge", side => side >= 0),
                })
                {
                    InstructionRunner.Check($"setp.{name}.{sign}{bits} %p|%q, %a, %b;\nselp.b32 %x, 1, 0, %p;\nselp.b32 %y, 2, 0, %q;\nadd.u32 %d, %x, %y;", 4, [bits / 8, bits / 8],
                        (a, b, _) => holds(sign == 'u' ? a.CompareTo(b) : Signed(a, bits).CompareTo(Signed(b, bits))) ? 1ul : 2);
                }
            }
        }
        InstructionRunner.Check("setp.lo.u32 %p, %a, %b;\nselp.b32 %d, 1, 0, %p;", 4, [4, 4], (a, b, _) => a < b ? 1ul : 0);
        InstructionRunner.Check("setp.hs.u32 %p, %a, %b;\nselp.b32 %d, 1, 0, %p;", 4, [4, 4], (a, b, _) => a >= b ? 1ul : 0);

        static long Signed(ulong value, int bits) => (long)(value << (64 - bits)) >> (64 - bits);
    }

    [Theory]
    [InlineData("f32", 4)]
    [InlineData("f64", 8)]
    public void SetpFloats_OrderedAndUnordered_TreatNaN(string type, int bytes)
    {
        double Value(ulong bits) => bytes == 4 ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
        foreach ((string name, Func<double, double, bool> holds) in new (string, Func<double, double, bool>)[]
        {
            ("eq", (a, b) => a == b), ("ne", (a, b) => a < b || a > b), ("lt", (a, b) => a < b), ("le", (a, b) => a <= b),
            ("gt", (a, b) => a > b), ("ge", (a, b) => a >= b),
            ("equ", (a, b) => !(a < b || a > b)), ("neu", (a, b) => !(a == b)), ("ltu", (a, b) => !(a >= b)), ("leu", (a, b) => !(a > b)),
            ("gtu", (a, b) => !(a <= b)),
            ("geu", (a, b) => !(a < b)), ("num", (a, b) => !double.IsNaN(a) && !double.IsNaN(b)),
            ("nan", (a, b) => double.IsNaN(a) || double.IsNaN(b)),
        })
        {
            InstructionRunner.Check(
                $"setp.{name}.{type} %p, %a, %b;\nselp.b32 %d, 1, 0, %p;", 4, [bytes, bytes],
                (a, b, _) => holds(Value(a), Value(b)) ? 1ul : 0);
        }
        InstructionRunner.Check(
            $"set.lt.u32.{type} %d, %a, %b;", 4, [bytes, bytes], (a, b, _) => Value(a) < Value(b) ? uint.MaxValue : 0ul);
        InstructionRunner.Check($"set.lt.f32.{type} %d, %a, %b;", 4, [bytes, bytes], (a, b, _) => Value(a) < Value(b) ? 0x3f800000ul : 0);
    }

    [Fact]
    public void SetpFtz_Subnormals_AreZeros() =>
        InstructionRunner.Check(
            "setp.eq.ftz.f32 %p, %a, 0f00000000;\nselp.b32 %d, 1, 0, %p;", 4, [4], (a, _, _) => (a & 0x7f800000) == 0 ? 1ul : 0);

    [Fact]
    public void Combined_AndOrXor_ApplyToBothResults()
    {
        foreach ((string name, Func<bool, bool, bool> combine) in new (string, Func<bool, bool, bool>)[]
        {
            ("and", (a, b) => a && b), ("or", (a, b) => a || b), ("xor", (a, b) => a != b),
        })
        {
            InstructionRunner.Check($"setp.gt.u32 %r, %a, 64;\nsetp.lt.{name}.s32 %p|%q, %a, %b, %r;\nselp.b32 %x, 1, 0, %p;\nselp.b32 %y, 2, 0, %q;\nadd.u32 %d, %x, %y;", 4, [4, 4],
                (a, b, _) => (combine((int)a < (int)b, a > 64) ? 1ul : 0) + (combine((int)a >= (int)b, a > 64) ? 2ul : 0));
        }
    }

    [Fact]
    public void Selections_PredicateAndSign_Choose()
    {
        InstructionRunner.Check("setp.ne.u32 %p, %c, 3;\nselp.b16 %d, %a, %b, %p;", 2, [2, 2, 4], (a, b, c) => c != 3 ? a : b);
        InstructionRunner.Check("setp.ne.u32 %p, %c, 3;\nselp.f64 %d, %a, %b, !%p;", 8, [8, 8, 4], (a, b, c) => c == 3 ? a : b);
        InstructionRunner.Check("slct.u32.s32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => (int)c >= 0 ? a : b);
        InstructionRunner.Check(
            "slct.b64.f32 %d, %a, %b, %c;", 8, [8, 8, 4], (a, b, c) => BitConverter.UInt32BitsToSingle((uint)c) >= 0 ? a : b);
    }

    [Fact]
    public void Moves_PackAndUnpack_AreLittleEndian()
    {
        InstructionRunner.Check("mov.b64 %d, {%a, %b};", 8, [4, 4], (a, b, _) => b << 32 | a);
        InstructionRunner.Check("mov.b32 %d, {%a, %b};", 4, [2, 2], (a, b, _) => b << 16 | a);
        InstructionRunner.Check("mov.b64 {%x, %y}, %a;\nxor.b32 %d, %x, %y;", 4, [8], (a, _, _) => (uint)(a ^ (a >> 32)));
        InstructionRunner.Check("{ .reg .b16 h<4>; mov.b64 {h0, h1, h2, h3}, %a; mov.b64 %d, {h3, h2, h1, h0}; }", 8, [8],
            (a, _, _) => (a & 0xffff) << 48 | (a >> 16 & 0xffff) << 32 | (a >> 32 & 0xffff) << 16 | a >> 48);
    }
}
