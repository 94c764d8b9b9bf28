using System.Numerics;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>f16 and bf16 arithmetic against exact rational arithmetic, rounded once.</summary>
public sealed class HalfInstructionTests
{
    private static double Decode(string type, ushort bits) => type == "f16" ? ExactRounding.FromHalf(bits) : ExactRounding.FromBFloat(bits);

    private static ushort Encode(string type, double value) => type == "f16" ? ExactRounding.Half(value) : ExactRounding.BFloat(value);

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Arithmetic_ScalarsAndPairs_IsRoundedOnce(string type)
    {
        foreach ((string opcode, Func<double, double, double> apply) in new (string, Func<double, double, double>)[]
        {
            // Exact in double precision: sums and products of 8- to 11-digit numbers of these exponents, but for bf16 sums, whose
            // rounding to 53 digits cannot make a tie that was none.
            ("add", (a, b) => a + b), ("sub", (a, b) => a - b), ("mul", (a, b) => a * b),
        })
        {
            InstructionRunner.Check($"{opcode}.{type} %d, %a, %b;", 2, [2, 2],
                (a, b, _) => Encode(type, apply(Decode(type, (ushort)a), Decode(type, (ushort)b))));
            InstructionRunner.Check($"{opcode}.rn.{type}x2 %d, %a, %b;", 4, [4, 4], (a, b, _) =>
                (ulong)Encode(type, apply(Decode(type, (ushort)(a >> 16)), Decode(type, (ushort)(b >> 16)))) << 16
                | Encode(type, apply(Decode(type, (ushort)a), Decode(type, (ushort)b))));
        }
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void Fma_AnyExponents_IsRoundedOnce(string type) =>
        InstructionRunner.Check($"fma.rn.{type} %d, %a, %b, %c;", 2, [2, 2, 2], (x, y, z) =>
        {
            double a = Decode(type, (ushort)x), b = Decode(type, (ushort)y), c = Decode(type, (ushort)z);
            if (!double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c))
                return Encode(type, a * b + c);
            (BigInteger an, BigInteger ad) = ExactRounding.Fraction(a);
            (BigInteger bn, BigInteger bd) = ExactRounding.Fraction(b);
            (BigInteger cn, BigInteger cd) = ExactRounding.Fraction(c);
            BigInteger numerator = an * bn * cd + cn * ad * bd;
            if (numerator.IsZero)
                return Encode(type, a * b + c);
            ushort result = type == "f16" ? ExactRounding.Half(numerator, ad * bd * cd) : ExactRounding.BFloat(numerator, ad * bd * cd);
            return (ushort)(result | (numerator.Sign < 0 ? 0x8000 : 0));
        });

    [Theory]
    [InlineData("f16", 0x7c00)]
    [InlineData("bf16", 0x7f80)]
    public void SignsAndExtremes_NaN_IsCanonical(string type, int infinity)
    {
        bool IsNaN(ulong bits) => (bits & 0x7fff) > (ulong)infinity;
        InstructionRunner.Check($"neg.{type} %d, %a;", 2, [2], (a, _, _) => IsNaN(a) ? 0x7fff : a ^ 0x8000);
        InstructionRunner.Check($"abs.{type} %d, %a;", 2, [2], (a, _, _) => IsNaN(a) ? 0x7fff : a & 0x7fff);
        InstructionRunner.Check($"max.{type} %d, %a, %b;", 2, [2, 2], (a, b, _) =>
        {
            if (IsNaN(a) || IsNaN(b))
                return IsNaN(a) && IsNaN(b) ? 0x7fff : IsNaN(a) ? b : a;
            // Bits order like signed magnitudes, +0 above -0.
            static int Key(ulong bits) => (bits & 0x8000) != 0 ? -(int)(bits & 0x7fff) - 1 : (int)bits;
            return Key(a) > Key(b) ? a : b;
        });
        foreach ((string comparison, Func<double, double, bool> holds) in new (string, Func<double, double, bool>)[]
        {
            ("lt", (a, b) => a < b), ("geu", (a, b) => !(a < b)), ("eq", (a, b) => a == b), (
                "nan", (a, b) => double.IsNaN(a) || double.IsNaN(b)),
        })
        {
            InstructionRunner.Check($"setp.{comparison}.{type} %p, %a, %b;\nselp.b32 %d, 1, 0, %p;", 4, [2, 2],
                (a, b, _) => holds(Decode(type, (ushort)a), Decode(type, (ushort)b)) ? 1ul : 0);
        }
    }
}
