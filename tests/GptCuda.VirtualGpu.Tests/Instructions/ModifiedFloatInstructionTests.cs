namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>.ftz, .sat, .relu, .xorsign and the packed and three-source forms, against exact rounding.</summary>
public sealed class ModifiedFloatInstructionTests
{
    private static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong Bits(float value) => float.IsNaN(value) ? 0x7fffffff : BitConverter.SingleToUInt32Bits(value);

    private static ushort Flush(ulong half) => (half & 0x7c00) == 0 ? (ushort)(half & 0x8000) : (ushort)half;

    private static ushort Saturate(ushort half)
    {
        double value = ExactRounding.FromHalf(half);
        return value > 0 ? ExactRounding.Half(Math.Min(value, 1)) : (ushort)0;
    }

    private static ushort Rectify(ulong half, int infinity) => half > 0x8000 && half <= (ulong)(0x8000 | infinity) || half == 0x8000
        ? (ushort)0 : (ushort)half;

    [Fact]
    public void HalfArithmetic_FtzAndSat_AreOfSourcesAndResult()
    {
        static ushort Sum(ulong a, ulong b) =>
            ExactRounding.Half(ExactRounding.FromHalf((ushort)a) + ExactRounding.FromHalf((ushort)b));
        InstructionRunner.Check("add.ftz.f16 %d, %a, %b;", 2, [2, 2], (a, b, _) => Flush(Sum(Flush(a), Flush(b))));
        InstructionRunner.Check("add.sat.f16 %d, %a, %b;", 2, [2, 2], (a, b, _) => Saturate(Sum(a, b)));
        InstructionRunner.Check("add.rn.ftz.sat.f16x2 %d, %a, %b;", 4, [4, 4], (a, b, _) =>
            Saturate(Flush(Sum(Flush((ushort)a), Flush((ushort)b))))
            | (ulong)Saturate(Flush(Sum(Flush((ushort)(a >> 16)), Flush((ushort)(b >> 16))))) << 16);
    }

    [Theory]
    [InlineData("f16", 0x7c00)]
    [InlineData("bf16", 0x7f80)]
    public void Fma_Relu_IsThePlainOneWithoutNegativeNumbers(string type, int infinity)
    {
        ulong[][] sources = InstructionRunner.Sources([2, 2, 2], seed: 5);
        ulong[] plain = InstructionRunner.Run($"fma.rn.{type} %d, %a, %b, %c;", 2, [2, 2, 2], sources);
        ulong[] relu = InstructionRunner.Run($"fma.rn.relu.{type} %d, %a, %b, %c;", 2, [2, 2, 2], sources);
        for (int i = 0; i < plain.Length; i++)
            Assert.Equal(Rectify(plain[i], infinity), relu[i]);
    }

    [Fact]
    public void ThreeSources_MinimaAndMaxima_SkipNaN()
    {
        InstructionRunner.Check("max.f32 %d, %a, %b, %c;", 4, [4, 4, 4],
            (a, b, c) => Bits(float.MaxNumber(float.MaxNumber(Single(a), Single(b)), Single(c))));
        InstructionRunner.Check("min.NaN.f32 %d, %a, %b, %c;", 4, [4, 4, 4],
            (a, b, c) => Bits(float.Min(float.Min(Single(a), Single(b)), Single(c))));
    }

    [Fact]
    public void XorSign_OfMagnitudes_HasTheProductsSign() =>
        InstructionRunner.Check("min.xorsign.abs.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) =>
        {
            float least = float.MinNumber(MathF.Abs(Single(a)), MathF.Abs(Single(b)));
            return float.IsNaN(least) ? 0x7fffffff : Bits(least) | ((a ^ b) & 0x80000000);
        });

    [Fact]
    public void PairsOfSingles_EachHalf_IsRoundedForItself()
    {
        InstructionRunner.Check("fma.rn.f32x2 %d, %a, %b, %c;", 8, [8, 8, 8], (a, b, c) =>
            Bits(MathF.FusedMultiplyAdd(Single(a), Single(b), Single(c)))
            | Bits(MathF.FusedMultiplyAdd(Single(a >> 32), Single(b >> 32), Single(c >> 32))) << 32);
        InstructionRunner.Check("add.f32x2 %d, %a, %b;", 8, [8, 8], (a, b, _) =>
            Bits(Single(a) + Single(b)) | Bits(Single(a >> 32) + Single(b >> 32)) << 32);
    }

    [Fact]
    public void Slct_Ftz_TakesSubnormalsForZero() =>
        InstructionRunner.Check("slct.ftz.f32.f32 %d, %a, %b, %c;", 4, [4, 4, 4],
            (a, b, c) => (c & 0x7f800000) == 0 || Single(c) >= 0 ? a : b);

    [Fact]
    public void Conversions_FtzSatAndOtherFormats()
    {
        InstructionRunner.Check("cvt.rn.ftz.f32.f64 %d, %a;", 4, [8], (a, _, _) =>
        {
            float value = (float)BitConverter.UInt64BitsToDouble(a);
            return float.IsSubnormal(value) ? Bits(value) & 0x80000000 : Bits(value);
        });
        InstructionRunner.Check("cvt.rn.sat.f16.f32 %d, %a;", 2, [4], (a, _, _) =>
            Single(a) > 0 ? ExactRounding.Half(Math.Min(Single(a), 1)) : 0ul);
        InstructionRunner.Check("cvt.rn.bf16.f16 %d, %a;", 2, [2], (a, _, _) => ExactRounding.BFloat(ExactRounding.FromHalf((ushort)a)));
        InstructionRunner.Check("cvt.rn.f16.bf16 %d, %a;", 2, [2], (a, _, _) => ExactRounding.Half(ExactRounding.FromBFloat((ushort)a)));
        InstructionRunner.Check("cvt.rni.f16.f16 %d, %a;", 2, [2], (a, _, _) =>
            ExactRounding.Half(Math.Round(ExactRounding.FromHalf((ushort)a), MidpointRounding.ToEven)));
        InstructionRunner.Check("cvt.rna.tf32.f32 %d, %a;", 4, [4], (a, _, _) =>
            float.IsNaN(Single(a)) ? 0x7fffffff : float.IsInfinity(Single(a)) ? a : (a + 0x1000) & 0xffffe000);
    }

    [Theory]
    [InlineData("tanh.approx", "f16", 1e-3)]
    [InlineData("ex2.approx", "f16", 1e-3)]
    [InlineData("ex2.approx.ftz", "bf16", 8e-3)]
    public void ApproximateFunctions_OfHalves_AreCloseAndKeepNaN(string opcode, string type, double tolerance)
    {
        double Decode(ulong bits) => type == "f16" ? ExactRounding.FromHalf((ushort)bits) : ExactRounding.FromBFloat((ushort)bits);
        ulong[][] sources = InstructionRunner.Sources([2], seed: 9);
        ulong[] results = InstructionRunner.Run($"{opcode}.{type} %d, %a;", 2, [2], sources);
        for (int i = 0; i < results.Length; i++)
        {
            double a = Decode(sources[0][i]), exact = opcode[0] == 't' ? Math.Tanh(a) : Math.Pow(2, a), got = Decode(results[i]);
            if (double.IsNaN(a))
                Assert.Equal(0x7ffful, results[i]);
            else if (Math.Abs(exact) is > 1e-4 and < 60000)
                Assert.True(Math.Abs(got - exact) <= tolerance * Math.Abs(exact), $"{opcode}.{type} {a}: {exact}, got {got}");
        }
    }
}
