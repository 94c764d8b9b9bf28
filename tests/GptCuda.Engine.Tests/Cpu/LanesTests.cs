using System.Runtime.Intrinsics;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>What every vector width must do alike.</summary>
[Trait("Category", "Vector")]
public sealed unsafe class LanesTests
{
    [Fact]
    public void LoadHalf_AllValues_EqualsHalf()
    {
        Check<LanesScalar, float>();
        Check<Lanes128, Vector128<float>>();
        Check<Lanes256, Vector256<float>>();
        Check<Lanes512, Vector512<float>>();

        static void Check<TLanes, TVector>()
            where TLanes : ILanes<TVector>
            where TVector : struct
        {
            ushort* stored = stackalloc ushort[16];
            float* loaded = stackalloc float[16];
            for (int bits = 0; bits <= ushort.MaxValue; bits += TLanes.Count)
            {
                for (int i = 0; i < TLanes.Count; i++)
                    stored[i] = (ushort)(bits + i);
                TLanes.Store(TLanes.LoadHalf(stored), loaded);
                for (int i = 0; i < TLanes.Count; i++)
                {
                    var expected = (float)BitConverter.UInt16BitsToHalf(stored[i]);
                    Assert.True(
                        expected.Equals(loaded[i]) && float.IsNegative(expected) == float.IsNegative(loaded[i]),
                        $"{stored[i]:x4}: {loaded[i]}");
                }
            }
        }
    }

    [Fact]
    public void LoadBFloat16AndInt8_AllValues_AreExact()
    {
        Check<LanesScalar, float>();
        Check<Lanes128, Vector128<float>>();
        Check<Lanes256, Vector256<float>>();
        Check<Lanes512, Vector512<float>>();

        static void Check<TLanes, TVector>()
            where TLanes : ILanes<TVector>
            where TVector : struct
        {
            ushort* stored = stackalloc ushort[16];
            sbyte* bytes = stackalloc sbyte[16];
            float* loaded = stackalloc float[16];
            for (int bits = 0; bits <= ushort.MaxValue; bits += TLanes.Count)
            {
                for (int i = 0; i < TLanes.Count; i++)
                    (stored[i], bytes[i]) = ((ushort)(bits + i), (sbyte)(bits + i));
                TLanes.Store(TLanes.LoadBFloat16(stored), loaded);
                for (int i = 0; i < TLanes.Count; i++)
                    Assert.Equal((bits + i) << 16, BitConverter.SingleToInt32Bits(loaded[i]));
                TLanes.Store(TLanes.LoadInt8(bytes), loaded);
                for (int i = 0; i < TLanes.Count; i++)
                    Assert.Equal(bytes[i], loaded[i]);
            }
        }
    }

    [Fact]
    public void Exp_SweepOfItsRange_IsWithinTwoUnitsInTheLastPlace()
    {
        for (float x = -87; x <= 88; x += 0.0137f)
        {
            float actual = Elementary<LanesScalar, float>.Exp(x);
            double expected = Math.Exp(x), unit = MathF.BitIncrement((float)expected) - (float)expected;
            Assert.InRange(Math.Abs(actual - expected) / unit, 0, 2);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-88, 0)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(89, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_Ends_AreExact(float x, float expected) => Assert.Equal(expected, Elementary<LanesScalar, float>.Exp(x));

    [Fact]
    public void Gelu_SweepOfItsRange_IsExactToF32()
    {
        // Relative to the result, or to its size at 1 where it vanishes: a few roundings of 2^-24.
        for (float x = -12; x <= 12; x += 0.0011f)
        {
            double expected = 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * Math.Pow(x, 3)))));
            Assert.InRange(Math.Abs(Elementary<LanesScalar, float>.Gelu(x) - expected), 0, 4e-7 * Math.Max(Math.Abs(expected), 0.25));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e30f, 1e30f)]
    [InlineData(-1e30f, 0)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Gelu_Ends_AreExact(float x, float expected) => Assert.Equal(expected, Elementary<LanesScalar, float>.Gelu(x) + 0f);

    [Fact]
    public void ExpAndGelu_EveryWidth_SameBits()
    {
        float[] x = [.. Enumerable.Range(0, 4096).Select(i => (i - 2048) * 0.05f), float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f,
            .. new float[12]];
        float[] expected = Apply<LanesScalar, float>(x);

        Assert.Equal(expected, Apply<Lanes128, Vector128<float>>(x));
        Assert.Equal(expected, Apply<Lanes256, Vector256<float>>(x));
        Assert.Equal(expected, Apply<Lanes512, Vector512<float>>(x));

        static float[] Apply<TLanes, TVector>(float[] x)
            where TLanes : ILanes<TVector>
            where TVector : struct
        {
            var y = new float[2 * x.Length];
            fixed (float* source = x, destination = y)
            {
                for (int i = 0; i < x.Length; i += TLanes.Count)
                {
                    TLanes.Store(Elementary<TLanes, TVector>.Exp(TLanes.Load(source + i)), destination + i);
                    TLanes.Store(Elementary<TLanes, TVector>.Gelu(TLanes.Load(source + i)), destination + x.Length + i);
                }
            }

            return y;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1023)]
    [InlineData(1025)]
    public void RowSums_EveryWidth_SameBitsAndNearTheExactSum(int count)
    {
        var random = new Random(count);
        float[] x = [.. Enumerable.Range(0, count + 16).Select(_ => (float)random.NextDouble() - 0.3f)];
        (float Sum, float Squares, float Inverse) expected = Sums<LanesScalar, float>(x, count);

        Assert.Equal(expected, Sums<Lanes128, Vector128<float>>(x, count));
        Assert.Equal(expected, Sums<Lanes256, Vector256<float>>(x, count));
        Assert.Equal(expected, Sums<Lanes512, Vector512<float>>(x, count));

        // Sixteen sums of count / 16 numbers below 1 each, rounded at every step.
        double[] exact = [.. x.Take(count).Select(value => (double)value)];
        Assert.Equal(exact.Sum(), expected.Sum, 1e-6 * count);
        Assert.Equal(exact.Sum(value => (value - 0.25) * (value - 0.25)), expected.Squares, 1e-6 * count);
        Assert.Equal(1 / exact.Sum(value => Math.Exp((value - exact.Max()) * 3)), expected.Inverse, 1e-6);

        static (float Sum, float Squares, float Inverse) Sums<TLanes, TVector>(float[] x, int count)
            where TLanes : ILanes<TVector>
            where TVector : struct
        {
            float[] copy = [.. x];
            fixed (float* row = copy)
            {
                float sum = Rows<TLanes, TVector>.Sum(row, count), squares = Rows<TLanes, TVector>.SumOfSquares(row, 0.25f, count);
                return (sum, squares, Rows<TLanes, TVector>.Exponentials(row, count, 3));
            }
        }
    }
}
