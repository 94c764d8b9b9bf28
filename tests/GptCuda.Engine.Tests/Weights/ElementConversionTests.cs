using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Weights;

[Trait("Category", "Vector")]
public sealed class ElementConversionTests
{
    /// <summary>Every pattern of 16 bits, as bytes that begin at an odd address.</summary>
    private static readonly byte[] Patterns =
        [0, .. Enumerable.Range(0, 65536).SelectMany(pattern => (byte[])[(byte)pattern, (byte)(pattern >> 8)])];

    [Fact]
    public void ToSingle_EveryHalf_IsTheValueOfTheRuntimesConversion()
    {
        float[] values = new float[65536];
        ElementConversion.ToSingle(Patterns.AsSpan(1), ElementType.F16, values);

        for (int pattern = 0; pattern < values.Length; pattern++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)pattern);
            Assert.True(
                float.IsNaN(expected)
                    ? float.IsNaN(values[pattern])
                    : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(values[pattern]),
                $"{pattern:x4}: expected {expected:r}, found {values[pattern]:r}");
        }
    }

    [Fact]
    public void ToSingle_EveryBFloat16_IsTheUpperHalfOfTheValue()
    {
        float[] values = new float[65536];
        ElementConversion.ToSingle(Patterns.AsSpan(1), ElementType.BF16, values);

        for (int pattern = 0; pattern < values.Length; pattern++)
            Assert.Equal((uint)pattern << 16, BitConverter.SingleToUInt32Bits(values[pattern]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    public void ToSingle_AnyLength_WritesThatManyValuesAndNoMore(int length)
    {
        // 0x3C00, 1 in f16; 0x3F80, 1 in bf16.
        foreach ((ElementType type, ushort one) in new[] { (ElementType.F16, (ushort)0x3C00), (ElementType.BF16, (ushort)0x3F80) })
        {
            byte[] stored = [.. Enumerable.Repeat(one, length).SelectMany(BitConverter.GetBytes)];
            float[] values = new float[length + 1];
            ElementConversion.ToSingle(stored, type, values.AsSpan(0, length));
            Assert.Equal([.. Enumerable.Repeat(1f, length), 0f], values);
        }

        byte[] floats = [.. Enumerable.Range(0, length).SelectMany(i => BitConverter.GetBytes((float)i))];
        float[] copied = new float[length];
        ElementConversion.ToSingle(floats, ElementType.F32, copied);
        Assert.Equal(Enumerable.Range(0, length).Select(i => (float)i), copied);
    }

    [Fact]
    public void ToSingle_LengthsThatDiffer_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => ElementConversion.ToSingle(new byte[8], ElementType.F16, new float[3]));
        Assert.Throws<ArgumentException>(() => ElementConversion.ToSingle(new byte[3], ElementType.Int8, new float[3]));
    }
}
