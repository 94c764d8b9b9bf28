using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Sampling;

[Trait("Category", "Vector")]
public sealed class TopKSelectionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 5)]
    [InlineData(32, 32)]
    [InlineData(1025, 40)]
    [InlineData(1025, 1)]
    [InlineData(50257, 40)]
    [InlineData(50257, 5000)]
    [InlineData(50257, 50256)]
    public void Collect_AnyValues_IsSortedPrefixWithTies(int count, int k)
    {
        var random = new Random(count + k);
        Func<int, float>[] shapes =
        [
            _ => random.NextSingle(), i => i, i => -i, _ => 1, i => i % 7, i => i % 2 == 0 ? 0f : -0f,
            i => Math.Abs(i - count / 2), i => i % 3 == 0 ? float.NegativeInfinity : random.Next(20),
        ];
        foreach (var shape in shapes)
        {
            float[] logits = [.. Enumerable.Range(0, count).Select(shape)];
            ulong[] orders = new ulong[count];

            int collected = TopKSelection.Collect(logits, k, orders);

            float[] sorted = [.. logits];
            Array.Sort(sorted);
            float kth = sorted[^k];
            int[] expected = [.. Enumerable.Range(0, count).Where(token => logits[token] >= kth)];
            Assert.Equal(expected, orders[..collected].Select(TokenOrder.Token).Order());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1000)]
    public void Nth_EveryPlace_IsThatOfSorted(int count)
    {
        var random = new Random(count);
        ulong[] values = [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64()).Distinct()];
        ulong[] sorted = [.. values.Order()];
        foreach (int n in (int[])[0, values.Length / 3, values.Length / 2, values.Length - 1])
        {
            random.Shuffle(values);
            Assert.Equal(sorted[n], TopKSelection.Nth(values, n));
            Assert.Equal(sorted[..n], values[..n].Order());
        }
    }

    [Fact]
    public void TokenOrder_AnyLogits_FallsWithLogitThenRisesWithId()
    {
        float[] descending = [float.MaxValue, 2, 1, float.Epsilon, 0, -float.Epsilon, -1, float.MinValue, float.NegativeInfinity];
        ulong[] orders = [.. descending.SelectMany(logit => new[] { TokenOrder.Of(logit, 0), TokenOrder.Of(logit, 50256) })];

        Assert.Equal(orders.Order(), orders);
        Assert.Equal(TokenOrder.Of(0f, 4), TokenOrder.Of(-0f, 4));
        Assert.Equal(descending, descending.Select(logit => TokenOrder.Logit(TokenOrder.Of(logit, 9))));
        Assert.Equal(50256, TokenOrder.Token(orders[1]));
    }
}
