using System.Numerics;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Integer arithmetic against arbitrary-precision integers.</summary>
public sealed class IntegerInstructionTests
{
    public static TheoryData<string, int> Types =>
        new() { { "u16", 2 }, { "s16", 2 }, { "u32", 4 }, { "s32", 4 }, { "u64", 8 }, { "s64", 8 } };

    private static BigInteger Value(ulong bits, string type)
    {
        int width = int.Parse(type[1..]);
        BigInteger value = bits & (width == 64 ? ulong.MaxValue : (1ul << width) - 1);
        return type[0] == 's' && !((value >> (width - 1)) & 1).IsZero ? value - (BigInteger.One << width) : value;
    }

    private static ulong Wrap(BigInteger value) => (ulong)(value & ulong.MaxValue);

    private static void Binary(string opcode, string type, int bytes, Func<BigInteger, BigInteger, BigInteger> oracle) =>
        InstructionRunner.Check(
            $"{opcode}.{type} %d, %a, %b;", bytes, [bytes, bytes], (a, b, _) => Wrap(oracle(Value(a, type), Value(b, type))));

    [Theory]
    [MemberData(nameof(Types))]
    public void SumsAndExtremes_AllTypes_MatchBigIntegers(string type, int bytes)
    {
        Binary("add", type, bytes, (a, b) => a + b);
        Binary("sub", type, bytes, (a, b) => a - b);
        Binary("min", type, bytes, BigInteger.Min);
        Binary("max", type, bytes, BigInteger.Max);
        InstructionRunner.Check($"sad.{type} %d, %a, %b, %c;", bytes, [bytes, bytes, bytes],
            (a, b, c) => Wrap(Value(c, type) + BigInteger.Abs(Value(a, type) - Value(b, type))));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Products_LowHighWide_MatchBigIntegers(string type, int bytes)
    {
        int bits = bytes * 8;
        Binary("mul.lo", type, bytes, (a, b) => a * b);
        Binary("mul.hi", type, bytes, (a, b) => (a * b) >> bits);
        InstructionRunner.Check($"mad.lo.{type} %d, %a, %b, %c;", bytes, [bytes, bytes, bytes],
            (a, b, c) => Wrap(Value(a, type) * Value(b, type) + Value(c, type)));
        InstructionRunner.Check($"mad.hi.{type} %d, %a, %b, %c;", bytes, [bytes, bytes, bytes],
            (a, b, c) => Wrap(((Value(a, type) * Value(b, type)) >> bits) + Value(c, type)));
        if (bytes == 8)
            return;
        InstructionRunner.Check(
            $"mul.wide.{type} %d, %a, %b;", bytes * 2, [bytes, bytes], (a, b, _) => Wrap(Value(a, type) * Value(b, type)));
        InstructionRunner.Check($"mad.wide.{type} %d, %a, %b, %c;", bytes * 2, [bytes, bytes, bytes * 2],
            (a, b, c) => Wrap(Value(a, type) * Value(b, type) + c));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Quotients_IncludingZeroDivisors_MatchBigIntegers(string type, int bytes)
    {
        // A division by zero has no defined result; all ones and the dividend are what the hardware gives.
        Binary("div", type, bytes, (a, b) => b.IsZero ? -1 : BigInteger.Divide(a, b));
        Binary("rem", type, bytes, (a, b) => b.IsZero ? a : BigInteger.Remainder(a, b));
    }

    [Theory]
    [InlineData("s16", 2)]
    [InlineData("s32", 4)]
    [InlineData("s64", 8)]
    public void NegAndAbs_MostNegative_StaysItself(string type, int bytes)
    {
        InstructionRunner.Check($"neg.{type} %d, %a;", bytes, [bytes], (a, _, _) => Wrap(-Value(a, type)));
        InstructionRunner.Check($"abs.{type} %d, %a;", bytes, [bytes], (a, _, _) => Wrap(BigInteger.Abs(Value(a, type))));
    }

    [Fact]
    public void Saturated_AddAndSub_Clamp()
    {
        InstructionRunner.Check("add.sat.s32 %d, %a, %b;", 4, [4, 4],
            (a, b, _) => (ulong)Math.Clamp((long)(int)a + (int)b, int.MinValue, int.MaxValue));
        InstructionRunner.Check("sub.sat.s32 %d, %a, %b;", 4, [4, 4],
            (a, b, _) => (ulong)Math.Clamp((long)(int)a - (int)b, int.MinValue, int.MaxValue));
    }

    [Fact]
    public void Carry_AddSubMad_MatchWideArithmetic()
    {
        // 64-bit sums from 32-bit halves; the flag after sub.cc means that nothing was borrowed.
        const string halves = "mov.b64 {%x, %y}, %a;\nmov.b64 {%t1, %t2}, %b;\n";
        InstructionRunner.Check(
            halves + "add.cc.u32 %x, %x, %t1;\naddc.u32 %y, %y, %t2;\nmov.b64 %d, {%x, %y};", 8, [8, 8], (a, b, _) => a + b);
        InstructionRunner.Check(
            halves + "sub.cc.u32 %x, %x, %t1;\nsubc.u32 %y, %y, %t2;\nmov.b64 %d, {%x, %y};", 8, [8, 8], (a, b, _) => a - b);
        InstructionRunner.Check(
            "add.cc.u64 %u, %a, %b;\naddc.u64 %d, 0, 0;", 8, [8, 8], (a, b, _) => ((UInt128)a + b) >> 64 != 0 ? 1ul : 0);
        InstructionRunner.Check("sub.cc.u64 %u, %a, %b;\nsubc.u64 %d, 0, 0;", 8, [8, 8], (a, b, _) => a >= b ? 0 : ulong.MaxValue);
        InstructionRunner.Check("mad.lo.cc.u32 %x, %a, %b, %c;\nmadc.hi.u32 %y, %a, %b, 0;\nmov.b64 %d, {%x, %y};", 8, [4, 4, 4],
            (a, b, c) => a * b + c);
    }

    [Fact]
    public void Dp4a_SignedAndUnsigned_SumsFourProducts()
    {
        InstructionRunner.Check("dp4a.u32.u32 %d, %a, %b, %c;", 4, [4, 4, 4],
            (a, b, c) => c + (ulong)Enumerable.Range(0, 4).Sum(i => (long)(byte)(a >> (8 * i)) * (byte)(b >> (8 * i))));
        InstructionRunner.Check("dp4a.s32.s32 %d, %a, %b, %c;", 4, [4, 4, 4],
            (a, b, c) => c + (ulong)Enumerable.Range(0, 4).Sum(i => (long)(sbyte)(a >> (8 * i)) * (sbyte)(b >> (8 * i))));
    }
}
