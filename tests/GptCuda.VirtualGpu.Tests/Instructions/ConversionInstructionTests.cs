using System.Numerics;

namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>cvt between all types, against exact arithmetic on rational numbers.</summary>
public sealed class ConversionInstructionTests
{
    private static readonly string[] IntegerTypes = ["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"];

    public static TheoryData<string> Integers => new(IntegerTypes);

    private static int Bits(string type) => int.Parse(type[1..]);

    private static int RegisterBytes(string type) => Math.Max(2, Bits(type) / 8);

    private static BigInteger Value(ulong bits, string type)
    {
        int width = Bits(type);
        BigInteger value = new BigInteger(bits) & ((BigInteger.One << width) - 1);
        return type[0] == 's' && !(value >> (width - 1)).IsZero ? value - (BigInteger.One << width) : value;
    }

    /// <summary>A value of a type as it stands in a register, extended by its sign.</summary>
    private static ulong Stored(BigInteger value, string type)
    {
        BigInteger wrapped = value & ((BigInteger.One << Bits(type)) - 1);
        return (ulong)(Value((ulong)wrapped, type) & ulong.MaxValue);
    }

    private static BigInteger Clamp(BigInteger value, string type)
    {
        BigInteger least = type[0] == 's' ? -(BigInteger.One << (Bits(type) - 1)) : 0;
        return BigInteger.Max(least, BigInteger.Min(value, least + (BigInteger.One << Bits(type)) - 1));
    }

    [Theory]
    [MemberData(nameof(Integers))]
    public void IntegerToInteger_TruncatesOrSaturates(string source)
    {
        foreach (string target in IntegerTypes)
        {
            InstructionRunner.Check($"cvt.{target}.{source} %d, %a;", RegisterBytes(target), [RegisterBytes(source)],
                (a, _, _) => Stored(Value(a, source), target));
            InstructionRunner.Check($"cvt.sat.{target}.{source} %d, %a;", RegisterBytes(target), [RegisterBytes(source)],
                (a, _, _) => Stored(Clamp(Value(a, source), target), target));
        }
    }

    [Theory]
    [InlineData("s16", 4)]
    [InlineData("s16", 8)]
    [InlineData("u16", 8)]
    [InlineData("s32", 8)]
    [InlineData("u8", 8)]
    public void WiderRegisters_SourceIsCutAndResultExtended(string type, int registerBytes)
    {
        string source = $"u{registerBytes * 8}";
        InstructionRunner.Check($"cvt.{type}.{source} %d, %a;", registerBytes, [registerBytes], (a, _, _) => Stored(a, type));
        InstructionRunner.Check(
            $"cvt.{source}.{type} %d, %a;", registerBytes, [registerBytes], (a, _, _) => Stored(Value(a, type), source));
    }

    [Theory]
    [MemberData(nameof(Integers))]
    public void FloatToInteger_RoundsSaturatesAndMapsNaN(string target)
    {
        foreach ((string mode, Func<double, double> round) in Roundings)
        {
            InstructionRunner.Check($"cvt.{mode}.{target}.f32 %d, %a;", RegisterBytes(target), [4], (a, _, _) =>
            {
                float value = BitConverter.UInt32BitsToSingle((uint)a);
                if (float.IsNaN(value))
                    return Bits(target) == 64 ? 1ul << 63 : 0;
                return Stored(
                    float.IsInfinity(value)
                        ? Clamp((value > 0 ? BigInteger.One : -1) << 70, target)
                        : Clamp(new BigInteger(round(value)), target),
                    target);
            });
            InstructionRunner.Check($"cvt.{mode}.{target}.f64 %d, %a;", RegisterBytes(target), [8], (a, _, _) =>
            {
                double value = BitConverter.UInt64BitsToDouble(a);
                if (double.IsNaN(value))
                    return Stored(BigInteger.One << (Bits(target) - 1), target);
                return Stored(
                    double.IsInfinity(value)
                        ? Clamp((value > 0 ? BigInteger.One : -1) << 70, target)
                        : Clamp(new BigInteger(round(value)), target),
                    target);
            });
        }
    }

    private static readonly (string Mode, Func<double, double> Round)[] Roundings =
        [("rni", value => Math.Round(value, MidpointRounding.ToEven)), ("rzi", Math.Truncate), ("rmi", Math.Floor), ("rpi", Math.Ceiling)];

    [Theory]
    [MemberData(nameof(Integers))]
    public void IntegerToFloat_EveryRounding_IsExactlyRounded(string source)
    {
        foreach (string mode in new[] { "rn", "rz", "rm", "rp" })
        {
            InstructionRunner.Check($"cvt.{mode}.f32.{source} %d, %a;", 4, [RegisterBytes(source)],
                (a, _, _) => BitConverter.SingleToUInt32Bits((float)ExactRounding.Round(Value(a, source), 1, 24, -149, mode)));
            InstructionRunner.Check($"cvt.{mode}.f64.{source} %d, %a;", 8, [RegisterBytes(source)],
                (a, _, _) => BitConverter.DoubleToUInt64Bits(ExactRounding.Round(Value(a, source), 1, 53, -1074, mode)));
        }
        InstructionRunner.Check(
            $"cvt.rn.f16.{source} %d, %a;", 2, [RegisterBytes(source)], (a, _, _) => ExactRounding.Half(Value(a, source), 1));
        InstructionRunner.Check(
            $"cvt.rn.bf16.{source} %d, %a;", 2, [RegisterBytes(source)], (a, _, _) => ExactRounding.BFloat(Value(a, source), 1));
    }

    [Fact]
    public void FloatToFloat_WidthsAndIntegralRounding_MatchHost()
    {
        InstructionRunner.Check("cvt.rn.f32.f64 %d, %a;", 4, [8],
            (a, _, _) => Single((float)BitConverter.UInt64BitsToDouble(a)));
        foreach ((string mode, Func<double, float> convert) in new (string, Func<double, float>)[]
        {
            ("rz", value => Math.Abs((float)value) > Math.Abs(value) ? Towards((float)value, 0) : (float)value),
            ("rm", value => (float)value > value ? MathF.BitDecrement((float)value) : (float)value),
            ("rp", value => (float)value < value ? MathF.BitIncrement((float)value) : (float)value),
        })
            InstructionRunner.Check(
                $"cvt.{mode}.f32.f64 %d, %a;", 4, [8], (a, _, _) => Single(convert(BitConverter.UInt64BitsToDouble(a))));
        InstructionRunner.Check("cvt.f64.f32 %d, %a;\nsetp.nan.f64 %p, %d, %d;\n@%p mov.b64 %d, 1;", 8, [4],
            (a, _, _) => BitConverter.UInt32BitsToSingle((uint)a) is var x && float.IsNaN(x) ? 1 : BitConverter.DoubleToUInt64Bits(x));
        foreach ((string mode, Func<double, double> round) in Roundings)
            InstructionRunner.Check(
                $"cvt.{mode}.f32.f32 %d, %a;", 4, [4], (a, _, _) => Single((float)round(BitConverter.UInt32BitsToSingle((uint)a))));
        InstructionRunner.Check("cvt.sat.f32.f32 %d, %a;", 4, [4],
            (a, _, _) => BitConverter.UInt32BitsToSingle((uint)a) is var x && x > 0 ? Single(Math.Min(x, 1)) : 0);

        static ulong Single(float value) => float.IsNaN(value) ? 0x7fffffff : BitConverter.SingleToUInt32Bits(value);
        static float Towards(float value, float zero) => value > zero ? MathF.BitDecrement(value) : MathF.BitIncrement(value);
    }

    [Fact]
    public void NarrowFloats_ToAndFromSingle_RoundToEven()
    {
        InstructionRunner.Check(
            "cvt.rn.f16.f32 %d, %a;", 2, [4], (a, _, _) => ExactRounding.Half(BitConverter.UInt32BitsToSingle((uint)a)));
        InstructionRunner.Check(
            "cvt.rn.bf16.f32 %d, %a;", 2, [4], (a, _, _) => ExactRounding.BFloat(BitConverter.UInt32BitsToSingle((uint)a)));
        InstructionRunner.Check("cvt.rz.bf16.f32 %d, %a;", 2, [4],
            (a, _, _) => float.IsNaN(BitConverter.UInt32BitsToSingle((uint)a)) ? 0x7fff : a >> 16);
        // The first source goes to the high half.
        InstructionRunner.Check("cvt.rn.bf16x2.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) =>
            (ulong)ExactRounding.BFloat(BitConverter.UInt32BitsToSingle((uint)a)) << 16
                | ExactRounding.BFloat(BitConverter.UInt32BitsToSingle((uint)b)));
        InstructionRunner.Check("cvt.rn.f16x2.f32 %d, %a, %b;", 4, [4, 4], (a, b, _) =>
            (ulong)ExactRounding.Half(BitConverter.UInt32BitsToSingle((uint)a)) << 16
                | ExactRounding.Half(BitConverter.UInt32BitsToSingle((uint)b)));
        InstructionRunner.Check("cvt.f32.f16 %d, %a;", 4, [2], (a, _, _) => (a & 0x7fff) > 0x7c00 ? 0x7fffffff
            : BitConverter.SingleToUInt32Bits((float)ExactRounding.FromHalf((ushort)a)));
        InstructionRunner.Check("cvt.f32.bf16 %d, %a;", 4, [2], (a, _, _) => (a & 0x7fff) > 0x7f80 ? 0x7fffffff : a << 16);
    }
}
