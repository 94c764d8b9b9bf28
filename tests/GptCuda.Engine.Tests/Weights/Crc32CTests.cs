using System.Text;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Tests.Weights;

[Trait("Category", "Vector")]
public sealed class Crc32CTests
{
    /// <summary>RFC 3720, B.4, and the check value of the CRC catalogue.</summary>
    public static TheoryData<byte[], uint> KnownAnswers => new()
    {
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], 0x113FDB5C },
        { Encoding.ASCII.GetBytes("123456789"), 0xE3069283 },
        { [], 0 },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Append_BytesOfTheStandard_GivesItsAnswer(byte[] bytes, uint expected) =>
        Assert.Equal(expected, Crc32C.Append(Crc32C.Initial, bytes));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(33)]
    [InlineData(1025)]
    public void Append_InTwoParts_EqualsOneAndTheDefinition(int split)
    {
        byte[] bytes = new byte[1025];
        new Random(1).NextBytes(bytes);

        uint inParts = Crc32C.Append(Crc32C.Append(Crc32C.Initial, bytes.AsSpan(0, split)), bytes.AsSpan(split));

        Assert.Equal(CheckpointWriter.Checksum(bytes), inParts);
    }
}
