using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Sampling;

public sealed class SamplingOptionsTests
{
    [Theory]
    [InlineData(-0.1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Temperature_OutOfRange_Throws(float value) =>
        AssertRefused(nameof(SamplingOptions.Temperature), value, () => new SamplingOptions { Temperature = value });

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(1.0001f)]
    [InlineData(float.NaN)]
    public void TopP_OutOfRange_Throws(float value) =>
        AssertRefused(nameof(SamplingOptions.TopP), value, () => new SamplingOptions { TopP = value });

    [Theory]
    [InlineData(-0.5f)]
    [InlineData(1.5f)]
    [InlineData(float.NaN)]
    public void MinP_OutOfRange_Throws(float value) =>
        AssertRefused(nameof(SamplingOptions.MinP), value, () => new SamplingOptions { MinP = value });

    [Theory]
    [InlineData(0f)]
    [InlineData(-2f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void RepetitionPenalty_OutOfRange_Throws(float value) =>
        AssertRefused(nameof(SamplingOptions.RepetitionPenalty), value, () => new SamplingOptions { RepetitionPenalty = value });

    [Fact]
    public void TopK_Negative_Throws() => AssertRefused(nameof(SamplingOptions.TopK), -1, () => new SamplingOptions { TopK = -1 });

    [Fact]
    public void TopPRule_Unknown_Throws() =>
        AssertRefused(nameof(SamplingOptions.TopPRule), (TopPRule)9, () => new SamplingOptions { TopPRule = (TopPRule)9 });

    [Fact]
    public void Defaults_AreThoseOfTheCommandLine()
    {
        var options = new SamplingOptions();

        Assert.False(options.Greedy);
        Assert.Equal((0.8f, 40, 1f, 0f, 1f), (options.Temperature, options.TopK, options.TopP, options.MinP, options.RepetitionPenalty));
        Assert.Equal(TopPRule.HuggingFace, options.TopPRule);
    }

    private static void AssertRefused(string name, object value, Func<SamplingOptions> make)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(make);
        Assert.Equal(name, exception.ParamName);
        Assert.Equal(value, exception.ActualValue);
    }
}
