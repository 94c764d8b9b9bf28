namespace GptCuda.Engine.Tests.Generation;

/// <summary>A model's raw answer.</summary>
public sealed class LogitsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Logits_AnyLength_AreThoseAfterEachToken(bool all)
    {
        var configuration = BabblingModel.Configuration with { ContextLength = 400 };
        foreach (int length in (int[])[1, 63, 64, 65, 257, 400])
        {
            var backend = new HistoryBackend(configuration, 1, BabblingModel.LogitsAfter);
            using var model = BabblingModel.Wrap(backend, null);
            int[] ids = [.. Enumerable.Range(0, length).Select(i => i % 257)];

            float[] logits = model.Logits(ids, all);

            Assert.Equal(Enumerable.Range(all ? 1 : length, all ? length : 1).SelectMany(count => BabblingModel.LogitsAfter(ids[..count])), logits);
            Assert.InRange(backend.LargestLogitRows, 1, 64);
        }
    }

    [Fact]
    public void Logits_NoIdsOrTooMany_Throws()
    {
        using var model = BabblingModel.Load(slots: 1);

        Assert.Contains("0 tokens", Assert.Throws<ArgumentException>(() => model.Logits([])).Message, StringComparison.Ordinal);
        Assert.Contains("41 tokens", Assert.Throws<ArgumentException>(() => model.Logits(new int[41])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Logits([257]));
    }
}
