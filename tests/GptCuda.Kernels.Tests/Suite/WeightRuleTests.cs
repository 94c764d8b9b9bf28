using GptCuda.Engine.Weights;
using GptCuda.Kernels.Kernels;
using GptCuda.KernelSuite;

namespace GptCuda.Kernels.Tests.Suite;

/// <summary>The rule that the suite holds the converting kernels to is the CPU's.</summary>
public sealed class WeightRuleTests
{
    [Fact]
    public void Write_AnyBits_IsWeightRounding()
    {
        var random = new Random(3);
        byte[] element = new byte[2];
        for (int i = 0; i < 20_000; i++)
        {
            float weight = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
            float scale = WeightRounding.Int8Scale(MathF.Abs(weight) * (1 + random.NextSingle()));
            WeightRule.Write(element, MatrixType.Int8, weight, scale);
            Assert.Equal(WeightRounding.ToInt8(weight, scale), (sbyte)element[0]);
            if (float.IsNaN(weight)) continue;
            WeightRule.Write(element, MatrixType.BF16, weight, 0);
            Assert.Equal(WeightRounding.ToBFloat16(weight), BitConverter.ToUInt16(element));
            if (WeightRule.IsBeyondHalf(weight))
            {
                Assert.Throws<OverflowException>(() => WeightRounding.ToHalf(weight));
                continue;
            }
            WeightRule.Write(element, MatrixType.F16, weight, 0);
            Assert.Equal(WeightRounding.ToHalf(weight), BitConverter.ToUInt16(element));
        }
    }

    [Fact]
    public void Scale_OfARow_IsWeightRoundings()
    {
        float[][] rows = [[0, -0f], [1, -3], [float.Epsilon * 190, 0], [float.NaN, 1], [1, float.NegativeInfinity], [float.MaxValue]];
        foreach (float[] row in rows)
        {
            float largest = 0;
            foreach (float weight in row) largest = WeightRounding.Largest(largest, weight);
            Assert.Equal(WeightRounding.Int8Scale(largest), WeightRule.Scale(row));
        }
    }
}
