using GptCuda.Engine.Comparison;

namespace GptCuda.Engine.Tests.Comparison;

public sealed class PointErrorsTests
{
    [Fact]
    public void Of_FewValues_IsTheClosedForm()
    {
        PointErrors errors = PointErrors.Of([1, 2, 3, 0.5f], [1, 2.5f, -4, 0.25f]);

        Assert.Equal(7, errors.MaxAbsolute);
        Assert.Equal(7.0 / 4, errors.MaxRelative);
        Assert.Equal(7.0 / 4, errors.ShareOfLargest);
        Assert.Equal((0.25 + 49 + 0.0625) / (1 + 6.25 + 16 + 0.0625), errors.NormalizedMeanSquareError);
        Assert.Equal(2, errors.Worst);
    }

    [Fact]
    public void Of_SmallValues_TellsTheRelativeErrorOfTheSmallAndTheShareOfTheLargest()
    {
        PointErrors errors = PointErrors.Of([100, 0.75f], [101, 0.5f]);

        Assert.Equal(1, errors.MaxAbsolute);
        Assert.Equal(0.25 / 0.75, errors.MaxRelative);
        Assert.Equal(1.0 / 101, errors.ShareOfLargest);
        Assert.Equal(0, errors.Worst);
    }

    [Fact]
    public void Of_EqualDifferences_NamesTheFirst() => Assert.Equal(1, PointErrors.Of([1, 2, 3], [1, 1, 2]).Worst);

    [Fact]
    public void Of_AllZero_IsNoError() => Assert.Equal(new PointErrors(0, 0, 0, 0, 0), PointErrors.Of([0, -0f], [0, 0]));

    [Fact]
    public void Of_SomethingWhereNothingIsExpected_IsInfinite()
    {
        PointErrors errors = PointErrors.Of([0, 1e-20f], [0, 0]);

        Assert.Equal(double.PositiveInfinity, errors.ShareOfLargest);
        Assert.Equal(double.PositiveInfinity, errors.NormalizedMeanSquareError);
        Assert.Equal(1, errors.Worst);
    }

    [Theory]
    [InlineData(float.NaN, 1)]
    [InlineData(1, float.NaN)]
    [InlineData(float.NegativeInfinity, 1)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void Of_WhatIsNoFiniteNumber_IsInfiniteAtItsPlace(float actual, float expected)
    {
        PointErrors errors = PointErrors.Of([5, actual, 0], [1, expected, 0]);

        Assert.Equal(double.PositiveInfinity, errors.MaxAbsolute);
        Assert.Equal(double.PositiveInfinity, errors.ShareOfLargest);
        Assert.Equal(1, errors.Worst);
    }
}
