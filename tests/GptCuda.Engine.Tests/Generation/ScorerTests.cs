using GptCuda.Engine.Generation;

namespace GptCuda.Engine.Tests.Generation;

public sealed class ScorerTests
{
    [Theory]
    [InlineData(2, 20)]
    [InlineData(39, 20)]
    [InlineData(40, 20)]
    [InlineData(41, 20)]
    [InlineData(41, 40)]
    [InlineData(81, 40)]
    [InlineData(100, 1)]
    [InlineData(100, 7)]
    [InlineData(139, null)]
    public void Score_AnyLengthAndStride_IsThatOfTheDefinition(int length, int? stride)
    {
        using var model = BabblingModel.Load(slots: 1);
        int[] ids = Text(length);

        var score = model.Score(ids, stride);

        var expected = ByDefinition(ids, stride ?? 20);
        Assert.Equal(expected.Count, score.Scored);
        Assert.Equal((length, stride ?? 20), (score.Tokens, score.Stride));
        // Both in double; the vectors' exponential and order of additions differ in the last places.
        Assert.Equal(expected.Average(), score.MeanNll, 1e-10);
        Assert.Equal(1, score.Perplexity / Math.Exp(expected.Average()), 1e-9);
    }

    [Fact]
    public void Score_LongContext_TakesLogitsInPieces()
    {
        var configuration = BabblingModel.Configuration with { ContextLength = 1024 };
        var backend = new HistoryBackend(configuration, 1, BabblingModel.LogitsAfter);
        using var model = BabblingModel.Wrap(backend, null);

        model.Score(Text(1400));

        Assert.InRange(backend.LargestLogitRows, 1, 64);
        Assert.InRange(backend.LargestBatch, 1, 256);
    }

    [Fact]
    public void Score_Progress_RisesToTheEnd()
    {
        using var model = BabblingModel.Load(slots: 1);
        var reports = new Reports();

        var score = model.Score(Text(150), progress: reports);

        Assert.Equal(reports.Order(), reports);
        Assert.Equal((150, 150, score.MeanNll), (reports[^1], reports.Total, reports.MeanNll));
    }

    [Fact]
    public void Score_Cancelled_Throws()
    {
        var backend = BabblingModel.Backend(slots: 1);
        using var model = BabblingModel.Wrap(backend, null);
        using var stop = new CancellationTokenSource();
        backend.OnStep = stop.Cancel;

        Assert.ThrowsAny<OperationCanceledException>(() => model.Score(Text(300), cancellationToken: stop.Token));
        Assert.Equal(39, backend.PrefilledTokens);
    }

    [Fact]
    public void Score_LogitsBrokenAtSeveralPositions_NamesTheFirst()
    {
        var backend = new HistoryBackend(BabblingModel.Configuration, 1, history =>
        {
            float[] logits = BabblingModel.LogitsAfter(history);
            if (history.Length >= 7)
                logits[history.Length] = float.NaN;
            return logits;
        });
        using var model = BabblingModel.Wrap(backend, null);

        for (int i = 0; i < 20; i++)
        {
            var exception = Assert.Throws<InvalidDataException>(() => model.Score(Text(40)));
            Assert.Contains("token 7 at position 7 is NaN", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Score_FewerThanTwoTokens_Throws(int length)
    {
        using var model = BabblingModel.Load(slots: 1);

        Assert.Contains(
            $"{length} {(length == 1 ? "token" : "tokens")} cannot",
            Assert.Throws<ArgumentException>(() => model.Score(Text(length))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(41)]
    public void Score_StrideOutOfRange_Throws(int stride)
    {
        using var model = BabblingModel.Load(slots: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Score(Text(50), stride));
    }

    [Fact]
    public void Score_LogitsBroken_SaysWhere()
    {
        var backend = new HistoryBackend(BabblingModel.Configuration, 1, history =>
        {
            float[] logits = BabblingModel.LogitsAfter(history);
            logits[3] = history[^1] == 200 ? float.NaN : 0;
            return logits;
        });
        using var model = BabblingModel.Wrap(backend, null);
        int[] ids = Text(100);
        ids[70] = 200;

        var exception = Assert.Throws<InvalidDataException>(() => model.Score(ids));

        Assert.Contains("begins with token 40 of the text", exception.Message, StringComparison.Ordinal);
        Assert.Contains("token 3 at position 31 is NaN", exception.Message, StringComparison.Ordinal);
    }

    private static int[] Text(int length) => [.. new Random(length).GetItems(Enumerable.Range(0, 128).ToArray(), length)];

    /// <summary>The negative log-likelihoods of the scored tokens, by windows as tests/data/README.md has them.</summary>
    private static List<double> ByDefinition(int[] ids, int stride)
    {
        var all = new List<double>();
        int reached = 0;
        for (int start = 0; reached < ids.Length; start += stride)
        {
            int end = Math.Min(start + BabblingModel.ContextLength, ids.Length);
            for (int i = Math.Max(reached, start + 1); i < end; i++)
            {
                double[] logits = [.. BabblingModel.LogitsAfter(ids[start..i]).Select(logit => (double)logit)];
                all.Add(Math.Log(logits.Sum(Math.Exp)) - logits[ids[i]]);
            }
            reached = end;
        }
        return all;
    }

    private sealed class Reports : List<int>, IProgress<ScoreProgress>
    {
        public int Total { get; private set; }

        public double MeanNll { get; private set; }

        public void Report(ScoreProgress value)
        {
            Add(value.Done);
            Total = value.Total;
            MeanNll = value.MeanNll;
        }
    }
}
