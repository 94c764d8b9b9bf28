using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Sampling;

[Trait("Category", "Vector")]
public sealed class TokenWeightTests
{
    [Theory]
    [InlineData(0f, 1UL << 40)]
    [InlineData(-float.Epsilon, 1UL << 40)]
    [InlineData(-1f, 1UL << 39)]
    [InlineData(-40f, 1UL)]
    [InlineData(-41f, 0UL)]
    [InlineData(-64f, 0UL)]
    [InlineData(-65f, 0UL)]
    [InlineData(float.MinValue, 0UL)]
    [InlineData(float.NegativeInfinity, 0UL)]
    public void Of_WholeExponent_IsPowerOfTwo(float t, ulong expected) => Assert.Equal(expected, TokenWeight.Of(t));

    [Fact]
    public void Of_AnyExponent_IsNearTwoToIt()
    {
        var random = new Random(1);
        for (int i = 0; i < 200_000; i++)
        {
            float t = -45 * random.NextSingle();
            double exact = Math.Pow(2, t) * TokenWeight.One;

            // The polynomial is within 2e-7, six roundings of its value add at most as much again; truncation takes up to 1.
            double error = TokenWeight.Of(t) - exact;
            Assert.InRange(error, -4e-7 * exact - 1, 4e-7 * exact);
        }
    }

    // Fixed for every machine that samples: a change here changes what a seed gives.
    [Theory]
    [InlineData(-0.25f)]
    [InlineData(-0.5f)]
    [InlineData(-0.7f)]
    [InlineData(-3.3f)]
    [InlineData(-12.345f)]
    [InlineData(-39.9f)]
    public void Of_GivenExponent_IsTheDocumentedSteps(float t) => Assert.Equal(ByDefinition(t), TokenWeight.Of(t));

    // The documented steps in double, each rounded to f32.
    private static ulong ByDefinition(float t)
    {
        int n = (int)Math.Round((double)t, MidpointRounding.ToEven);
        float f = (float)(t - (double)n);
        float p = 1.53533619e-4f;
        foreach (float c in new[] { 1.33988744e-3f, 9.61843736e-3f, 5.55033247e-2f, 2.40226479e-1f, 6.93147203e-1f, 1f })
        {
            // A product of two f32 is exact in double; the sum's rounding to double is far from a tie of f32 in these cases.
            p = (float)((double)p * f + c);
        }
        return (ulong)(p * Math.Pow(2, n + 40));
    }

    [Fact]
    public void Scale_TinyTemperature_StaysFinite() => Assert.Equal(float.MaxValue, TokenWeight.Scale(float.Epsilon));
}
