using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

[Trait("Category", "Vector")]
public sealed unsafe class WeightConversionTests
{
    /// <summary>Every exponent, both signs, and mantissas around the places where 16-bit types round.</summary>
    private static readonly float[] Values = [.. from exponent in Enumerable.Range(0, 256)
        from mantissa in (int[])[0, 1, 0x0FFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x7FFF, 0x8000, 0x8001, 0x17FFF, 0x18000, 0x7FEFFF, 0x7FF000, 0x7FFFFF]
        from sign in (int[])[0, int.MinValue]
        select BitConverter.Int32BitsToSingle(sign | (exponent << 23) | mantissa)];

    [Fact]
    public void ToBFloat16_AllExponents_IsNearestWithTiesToEven()
    {
        var stored = new ushort[Values.Length];
        fixed (ushort* destination = stored)
            WeightConversion.ToType(ElementType.BF16, Values, (byte*)destination);

        for (int i = 0; i < Values.Length; i++)
        {
            float value = Values[i], actual = BitConverter.Int32BitsToSingle(stored[i] << 16);
            Assert.Equal(WeightRounding.ToBFloat16(value), stored[i]);
            if (!float.IsFinite(value))
            {
                Assert.Equal(value, actual);
                continue;
            }

            // The two neighbours as doubles; beyond the last finite one stands 2^128.
            int below = BitConverter.SingleToInt32Bits(value) & unchecked((int)0xFFFF0000);
            double low = Math.Abs(BitConverter.Int32BitsToSingle(below)), high = Math.Abs(
                (double)BitConverter.Int32BitsToSingle(below + 0x10000));
            high = double.IsInfinity(high) ? Math.Pow(2, 128) : high;
            double magnitude = Math.Abs((double)value), middle = (low + high) / 2;
            bool up = magnitude > middle || (magnitude == middle && (below & 0x10000) != 0);
            Assert.Equal(below + (up ? 0x10000 : 0), stored[i] << 16);
        }
    }

    [Fact]
    public void ToHalf_AllExponents_EqualsTheRuntimesConversion()
    {
        float[] inRange = [.. Values.Where(value => !float.IsFinite(value) || MathF.Abs(value) < 65520)];
        var stored = new ushort[inRange.Length];
        fixed (ushort* destination = stored)
            WeightConversion.ToType(ElementType.F16, inRange, (byte*)destination);

        for (int i = 0; i < inRange.Length; i++)
            Assert.Equal((Half)inRange[i], BitConverter.UInt16BitsToHalf(stored[i]));
    }

    [Theory]
    [InlineData(65520f)]
    [InlineData(-1e10f)]
    public void ToHalf_BeyondItsRange_SaysTheValue(float value)
    {
        float[] values = [.. new float[20], value];
        var stored = new ushort[values.Length];
        string message = Assert.Throws<OverflowException>(() =>
        {
            fixed (ushort* destination = stored)
                WeightConversion.ToType(ElementType.F16, values, (byte*)destination);
        }).Message;

        Assert.Contains(value.ToString(System.Globalization.CultureInfo.InvariantCulture), message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToInt8_ManyNumbers_RoundsHalfToEven()
    {
        // A scale of 1: quotients are the numbers themselves.
        float[] values = [-127, -126.5f, -3.5f, -2.5f, -0.5f, -0.49f, 0, 0.5f, 0.51f, 1.5f, 2.5f, 126.5f, 127, 100.4f, -100.6f, 1, 77];
        sbyte[] expected = [-127, -126, -4, -2, 0, 0, 0, 0, 1, 2, 2, 126, 127, 100, -101, 1, 77];
        values = [.. values, .. values, .. values];
        expected = [.. expected, .. expected, .. expected];
        float[] scales = [.. values.Select(_ => 1f)];
        var stored = new sbyte[values.Length];
        fixed (sbyte* destination = stored)
            WeightConversion.ToInt8(values, scales, destination);

        Assert.Equal(expected, stored);
        Assert.Equal(expected, values.Select(value => WeightRounding.ToInt8(value, 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(float.NaN)]
    public void ToInt8_RowWithoutScale_IsZero(float scale)
    {
        float[] values = [.. Enumerable.Repeat(scale, 40)], scales = [.. values];
        var stored = new sbyte[values.Length];
        Array.Fill(stored, (sbyte)9);
        fixed (sbyte* destination = stored)
            WeightConversion.ToInt8(values, scales, destination);

        Assert.All(stored, value => Assert.Equal(0, value));
        Assert.Equal(0, WeightRounding.ToInt8(scale, scale));
    }

    [Fact]
    public void Int8Scale_OfAnyRow_IsDefined()
    {
        Assert.Equal(2f, WeightRounding.Int8Scale(254));
        Assert.Equal(0f, WeightRounding.Int8Scale(0));
        Assert.Equal(float.NaN, WeightRounding.Int8Scale(float.PositiveInfinity));
        Assert.Equal(float.NaN, WeightRounding.Int8Scale(WeightRounding.Largest(WeightRounding.Largest(1, float.NaN), 3)));
        Assert.Equal(127, WeightRounding.ToInt8(0.1f, WeightRounding.Int8Scale(0.1f)));
        Assert.InRange(WeightRounding.ToInt8(float.Epsilon * 90, WeightRounding.Int8Scale(float.Epsilon * 90)), (sbyte)-127, (sbyte)127);
    }
}
