using System.Numerics;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>Floating-point arithmetic against the host's scalar operations, the hardware's NaN put in by hand.</summary>
public sealed class FloatInstructionTests
{
    private static float F(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static double D(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    private static ulong Bits(float value) => float.IsNaN(value) ? 0x7fffffff : BitConverter.SingleToUInt32Bits(value);

    private static float Flush(float value) => MathF.Abs(value) < 1.17549435e-38f ? MathF.CopySign(0, value) : value;

    private static float Saturate(float value) => float.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1) + 0f;

    [Theory]
    [InlineData("add", 0)]
    [InlineData("sub", 1)]
    [InlineData("mul", 2)]
    public void Arithmetic_WithFtzAndSat_MatchesHost(string opcode, int operation)
    {
        float Apply(float a, float b) => operation switch { 0 => a + b, 1 => a - b, _ => a * b };
        InstructionRunner.Check($"{opcode}.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Apply(F(a), F(b))));
        InstructionRunner.Check($"{opcode}.rn.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Apply(F(a), F(b))));
        InstructionRunner.Check($"{opcode}.rn.ftz.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Flush(Apply(Flush(F(a)), Flush(F(b))))));
        InstructionRunner.Check($"{opcode}.sat.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Saturate(Apply(F(a), F(b)))));
        InstructionRunner.Check(
            $"{opcode}.ftz.sat.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Saturate(Flush(Apply(Flush(F(a)), Flush(F(b)))))));
    }

    [Fact]
    public void Fma_OneRounding_MatchesHost()
    {
        InstructionRunner.Check("fma.rn.f32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) => Bits(MathF.FusedMultiplyAdd(F(a), F(b), F(c))));
        InstructionRunner.Check("fma.rn.ftz.f32 %d, %a, %b, %c;", 4, [4, 4, 4],
            (a, b, c) => Bits(Flush(MathF.FusedMultiplyAdd(Flush(F(a)), Flush(F(b)), Flush(F(c))))));
        // Rounded twice, 1 + 2^-12 squared less 1 would lose its last bit.
        ulong[] result = InstructionRunner.Run("fma.rn.f32 %d, %a, %a, %b;", 4, [4, 4], [[0x3f800800], [0xbf800000]]);
        Assert.Equal(Math.Pow(2, -11) + Math.Pow(2, -24), F(result[0]));
    }

    [Theory]
    [InlineData("rz")]
    [InlineData("rm")]
    [InlineData("rp")]
    public void DirectedRounding_SumsAndProducts_MatchExactRationals(string mode)
    {
        Check("add", (a, b, _) => (a, 1, b));
        Check("sub", (a, b, _) => (a, 1, -b));
        Check("mul", (a, b, _) => (a, b, 0));
        Check("fma", (a, b, c) => (a, b, c));

        void Check(string opcode, Func<double, double, double, (double, double, double)> terms)
        {
            int count = opcode == "fma" ? 3 : 2;
            InstructionRunner.Check($"{opcode}.{mode}.f32 %d, %a, %b{(count == 3 ? ", %c" : "")};", 4, [.. Enumerable.Repeat(4, count)], (x, y, z) =>
            {
                (double a, double b, double c) = terms(F(x), F(y), F(z));
                if (!double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c))
                    return Bits((float)(a * b + c));
                (BigInteger an, BigInteger ad) = ExactRounding.Fraction(a);
                (BigInteger bn, BigInteger bd) = ExactRounding.Fraction(b);
                (BigInteger cn, BigInteger cd) = ExactRounding.Fraction(c);
                BigInteger numerator = an * bn * cd + cn * ad * bd;
                if (numerator.IsZero)
                {
                    // IEEE 754, 6.3: zeros of one sign keep it; else the sum is +0, or -0 when rounding down.
                    bool first = double.IsNegative(a * b), second = opcode == "mul" ? first : double.IsNegative(c);
                    return (first == second && (opcode == "mul" || (a * b == 0 && c == 0)) ? first : mode == "rm") ? 0x80000000u : 0u;
                }
                double rounded = ExactRounding.Round(numerator, ad * bd * cd, 24, -149, mode);
                // Beyond the largest number, rounding towards zero stops there.
                bool outwards = mode != "rz" && (mode == "rp") == (rounded > 0);
                if (Math.Abs(rounded) > float.MaxValue)
                    return Bits(MathF.CopySign(outwards ? float.PositiveInfinity : float.MaxValue, (float)rounded));
                return Bits(rounded == 0 && numerator.Sign < 0 ? -0f : (float)rounded);
            });
        }
    }

    [Fact]
    public void DivideRootReciprocal_Rounded_MatchHost()
    {
        InstructionRunner.Check("div.rn.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(F(a) / F(b)));
        InstructionRunner.Check("sqrt.rn.f32 %d, %a;", 4, [4], (a, _, _) => Bits(MathF.Sqrt(F(a))));
        InstructionRunner.Check("rcp.rn.f32 %d, %a;", 4, [4], (a, _, _) => Bits(1 / F(a)));
        InstructionRunner.Check("div.rn.ftz.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Flush(Flush(F(a)) / Flush(F(b)))));
    }

    [Fact]
    public void MinMax_NaNAndSignedZero_FollowTheManual()
    {
        InstructionRunner.Check("min.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Extreme(F(a), F(b), least: true)));
        InstructionRunner.Check("max.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => Bits(Extreme(F(a), F(b), least: false)));
        InstructionRunner.Check("max.NaN.f32 %d, %a, %b;", 4, [4, 4],
            (a, b, _) => float.IsNaN(F(a)) || float.IsNaN(F(b)) ? 0x7fffffff : Bits(Extreme(F(a), F(b), least: false)));

        static float Extreme(float a, float b, bool least)
        {
            if (float.IsNaN(a))
                return b;
            if (float.IsNaN(b))
                return a;
            if (a == 0 && b == 0)
                return float.IsNegative(a) == least ? a : b;
            return least == (a < b) ? a : b;
        }
    }

    [Fact]
    public void SignOperations_Single_MatchBits()
    {
        InstructionRunner.Check("neg.f32 %d, %a;", 4, [4], (a, _, _) => Bits(-F(a)));
        InstructionRunner.Check("abs.f32 %d, %a;", 4, [4], (a, _, _) => Bits(MathF.Abs(F(a))));
        InstructionRunner.Check("copysign.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) => (a & 0x80000000) | (b & 0x7fffffff));
    }

    [Fact]
    public void Double_Arithmetic_MatchesHost()
    {
        static ulong Either(double value) => BitConverter.DoubleToUInt64Bits(value);
        // A NaN's payload is the host's own affair, so NaN results are folded into one before they are compared.
        const string fold = "\nsetp.nan.f64 %p, %d, %d;\n@%p mov.b64 %d, 0x7ff8000000000000;";
        static ulong Fold(double value) => double.IsNaN(value) ? 0x7ff8000000000000 : Either(value);
        InstructionRunner.Check("add.f64 %d, %a, %b;" + fold, 8, [8, 8], (a, b, _) => Fold(D(a) + D(b)));
        InstructionRunner.Check("sub.rn.f64 %d, %a, %b;" + fold, 8, [8, 8], (a, b, _) => Fold(D(a) - D(b)));
        InstructionRunner.Check("mul.rn.f64 %d, %a, %b;" + fold, 8, [8, 8], (a, b, _) => Fold(D(a) * D(b)));
        InstructionRunner.Check("div.rn.f64 %d, %a, %b;" + fold, 8, [8, 8], (a, b, _) => Fold(D(a) / D(b)));
        InstructionRunner.Check("sqrt.rn.f64 %d, %a;" + fold, 8, [8], (a, _, _) => Fold(Math.Sqrt(D(a))));
        InstructionRunner.Check(
            "fma.rn.f64 %d, %a, %b, %c;" + fold, 8, [8, 8, 8], (a, b, c) => Fold(Math.FusedMultiplyAdd(D(a), D(b), D(c))));
    }

    [Theory]
    [InlineData("ex2.approx.f32", 1)]
    [InlineData("ex2.approx.ftz.f32", 1)]
    [InlineData("lg2.approx.f32", 2)]
    [InlineData("rcp.approx.ftz.f32", 3)]
    [InlineData("rsqrt.approx.f32", 4)]
    [InlineData("sqrt.approx.f32", 5)]
    [InlineData("tanh.approx.f32", 6)]
    [InlineData("sin.approx.f32", 7)]
    [InlineData("cos.approx.f32", 8)]
    public void Approximate_EveryInput_IsWithinTheDocumentedErrorAndNearIt(string opcode, int function)
    {
        ulong[] inputs = [.. InstructionRunner.Values(4, 9, 20000).Select(
            bits => function is 1 or 6 or 7 or 8 ? BitConverter.SingleToUInt32Bits((F(bits) % 64)) : bits)];
        ulong[] results = InstructionRunner.Run($"{opcode} %d, %a;", 4, [4], [inputs]);
        double worst = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            float x = F(inputs[i]);
            double exact = function switch
            {
                1 => Math.Pow(2, x),
                2 => Math.Log2(x),
                3 => 1.0 / x,
                4 => 1 / Math.Sqrt(x),
                5 => Math.Sqrt(x),
                6 => Math.Tanh(x),
                7 => Math.Sin(x),
                _ => Math.Cos(x),
            };
            if (!float.IsNormal(x) || !float.IsNormal((float)exact))
                continue;
            (double bound, bool absolute) = function switch
            {
                1 => (Math.Pow(2, -22), false),
                2 => (Math.Pow(2, -22), x is > 0.5f and < 2),
                3 or 5 => (Math.Pow(2, -23), false),
                4 => (Math.Pow(2, -22.9), false),
                6 => (Math.Pow(2, -11), false),
                _ => (Math.Abs(x) <= 2 * Math.PI ? Math.Pow(2, -20.5) : Math.Pow(2, -14.7), true),
            };
            double error = Math.Abs(F(results[i]) - exact) / (absolute ? 1 : Math.Abs(exact)) / bound;
            Assert.True(error <= 1.0001, $"{opcode} of {x:r}: {F(results[i]):r} is {error} times the allowed error from {exact:r}");
            worst = Math.Max(worst, error);
        }
        Assert.True(
            worst > 0.9, $"the worst error is {worst} of what is allowed: a kernel could lean on more accuracy than hardware gives");
    }

    [Fact]
    public void Approximate_SpecialInputs_FollowTheManualsTables()
    {
        const float inf = float.PositiveInfinity;
        (string Opcode, float Input, float Result)[] cases =
        [
            ("ex2.approx.f32", -inf, 0), ("ex2.approx.f32", 0, 1), ("ex2.approx.f32", inf, inf), ("lg2.approx.f32", 0, -inf),
            ("lg2.approx.f32", -0f, -inf),
            ("lg2.approx.f32", inf, inf), (
                "lg2.approx.f32", -1, float.NaN), ("rcp.approx.f32", 0, inf), ("rcp.approx.f32", -0f, -inf), ("rcp.approx.f32", inf, 0),
            ("rsqrt.approx.f32", 0, inf), ("rsqrt.approx.f32", -0f, -inf), ("rsqrt.approx.f32", inf, 0), (
                "rsqrt.approx.f32", -2, float.NaN),
            ("sqrt.approx.f32", inf, inf), (
                "sqrt.approx.f32",
                -1,
                float.NaN), ("tanh.approx.f32", inf, 1), ("tanh.approx.f32", -inf, -1), ("tanh.approx.f32", -0f, -0f),
            ("sin.approx.f32", inf, float.NaN), ("cos.approx.f32", 0, 1), ("ex2.approx.ftz.f32", -127, 0), (
                "rcp.approx.ftz.f32", 1e-40f, inf),
        ];
        foreach ((string opcode, float input, float result) in cases)
            Assert.Equal(Bits(result), InstructionRunner.Run($"{opcode} %d, %a;", 4, [4], [[BitConverter.SingleToUInt32Bits(input)]])[0]);
    }
}
