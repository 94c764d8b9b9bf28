using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Sampling;

public sealed class PhiloxTests
{
    // The known-answer vectors of the authors' library Random123 for philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, "6627e8d5 e169c58d bc57ac4c 9b00dbd8")]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, "408f276d 41c83b0e a20bc7c6 6d5451fd")]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, "d16cfe09 94fdcceb 5001e420 24126ea1")]
    public void Block_KnownVectors_GivesKnownAnswers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, string expected)
    {
        var (x0, x1, x2, x3) = Philox.Block(k0 | (ulong)k1 << 32, c0, c1, c2, c3);

        Assert.Equal(expected, $"{x0:x8} {x1:x8} {x2:x8} {x3:x8}");
    }

    [Fact]
    public void Draw_FirstOfAll_IsFirstTwoWordsLowFirst() => Assert.Equal(0xe169c58d_6627e8d5, Philox.Draw(0, 0, 0));

    [Fact]
    public void Draw_SequenceAndPositionSwapped_Differs() => Assert.NotEqual(Philox.Draw(7, 1, 2), Philox.Draw(7, 2, 1));
}
