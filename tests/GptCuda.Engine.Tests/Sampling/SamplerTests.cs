using GptCuda.Engine.Sampling;

namespace GptCuda.Engine.Tests.Sampling;

[Trait("Category", "Vector")]
public sealed class SamplerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(1023)]
    [InlineData(1025)]
    public void Sample_AnyOptions_DrawsAsSortedDefinition(int vocabulary)
    {
        var random = new Random(vocabulary);
        var sampler = new Sampler(vocabulary);
        for (int round = 0; round < 100; round++)
        {
            float[] logits = Logits(random, vocabulary);
            var options = Options(random, vocabulary);
            int[] seen = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(vocabulary))];
            ulong seed = (ulong)random.NextInt64();
            var kept = SamplingOracle.Kept(logits, options, seen);
            var sampling = Sequence(options, seed, 3, seen);

            for (int position = 0; position < 5; position++)
                Assert.Equal(SamplingOracle.Draw(kept, Philox.Draw(seed, 3, (uint)position)), sampler.Sample(logits, sampling, position));

            double[] probabilities = new double[vocabulary];
            sampler.Distribution(logits, sampling, 0, probabilities);
            double[] expected = new double[vocabulary];
            foreach (var (token, weight) in kept)
                expected[token] = (double)weight / (double)SamplingOracle.Sum(kept);
            Assert.Equal(expected, probabilities);
        }
    }

    [Fact]
    public void Sample_FullVocabulary_DrawsAsSortedDefinition()
    {
        const int vocabulary = 50257;
        var random = new Random(5);
        var sampler = new Sampler(vocabulary);
        SamplingOptions[] all =
        [
            new(), new() { TopK = 0 }, new() { TopK = 1000, TopP = 0.9f }, new() { TopK = 0, TopP = 0.95f },
            new() { TopK = 0, Temperature = 100 }, new() { TopK = 0, MinP = 0.05f }, new() { TopK = 50256 },
        ];
        foreach (var options in all)
        {
            float[] logits = [.. Enumerable.Range(0, vocabulary).Select(_ => -60 + 4 * Normal(random))];
            var kept = SamplingOracle.Kept(logits, options, []);
            for (int position = 0; position < 20; position++)
            {
                Assert.Equal(
                    SamplingOracle.Draw(kept, Philox.Draw(9, 0, (uint)position)),
                    sampler.Sample(logits, Sequence(options, 9, 0), position));
            }
        }
    }

    [Fact]
    public void Sample_ManyDraws_FollowTheDistribution()
    {
        float[] logits = [1, 0.5f, 0, 0, -1, -2, 3, 2.5f, float.NegativeInfinity, 0.7f];
        var sampler = new Sampler(logits.Length);
        SamplingOptions[] all =
        [
            SamplingOptions.Untouched, new() { Temperature = 2, TopK = 0 }, new() { TopK = 5 }, new() { TopK = 0, TopP = 0.8f },
        ];
        const int draws = 100_000;
        foreach (var options in all)
        {
            double[] probabilities = new double[logits.Length];
            sampler.Distribution(logits, Sequence(options, 0, 0), 0, probabilities);
            int[] counts = new int[logits.Length];
            for (int i = 0; i < draws; i++)
                counts[sampler.Sample(logits, Sequence(options, 42, (uint)(i / 1000)), i % 1000)]++;

            double chiSquare = 0;
            for (int token = 0; token < logits.Length; token++)
            {
                double expected = draws * probabilities[token];
                if (expected == 0)
                    Assert.Equal(0, counts[token]);
                else
                    chiSquare += Math.Pow(counts[token] - expected, 2) / expected;
            }
            // The 99.9th percentile with 8 degrees of freedom, the most of these cases; the seed is fixed, so it cannot flicker.
            Assert.InRange(chiSquare, 0, 26.12);
        }
    }

    [Fact]
    public void Sample_DifferentSeedSequenceOrPosition_DrawsIndependently()
    {
        float[] logits = new float[1000];
        var sampler = new Sampler(logits.Length);
        var options = SamplingOptions.Untouched;
        int[] Tokens(ulong seed, uint sequence, int first) =>
            [.. Enumerable.Range(first, 50).Select(position => sampler.Sample(logits, Sequence(options, seed, sequence), position))];

        int[] tokens = Tokens(1, 0, 0);

        Assert.Equal(tokens, Tokens(1, 0, 0));
        Assert.True(tokens.Distinct().Count() > 40);
        // Equal in one place of fifty is one in twenty by chance; in five, never.
        Assert.True(tokens.Zip(Tokens(2, 0, 0)).Count(pair => pair.First == pair.Second) < 5);
        Assert.True(tokens.Zip(Tokens(1, 1, 0)).Count(pair => pair.First == pair.Second) < 5);
        Assert.True(tokens.Zip(Tokens(1, 0, 50)).Count(pair => pair.First == pair.Second) < 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(1024)]
    public void Sample_GreedyWithTies_TakesLowestId(int vocabulary)
    {
        float[] logits = new float[vocabulary];
        Array.Fill(logits, -3);
        int best = vocabulary / 2;
        logits.AsSpan(best).Fill(-0f);
        logits[^1] = 0;
        var sampler = new Sampler(vocabulary);

        Assert.Equal(best, sampler.Sample(logits, Sequence(new() { Greedy = true }, 1, 0), 0));
        Assert.Equal(best, sampler.Sample(logits, Sequence(new() { Temperature = 0 }, 1, 0), 0));
    }

    [Fact]
    public void Sample_GreedyWithPenalty_PenaltyApplies()
    {
        var sampler = new Sampler(3);

        Assert.Equal(1, sampler.Sample([1.1f, 1, -1], Sequence(new() { Greedy = true, RepetitionPenalty = 1.2f }, 1, 0, 0), 4));
        Assert.Equal(1, sampler.Sample([-1, -1.1f, -9], Sequence(new() { Greedy = true, RepetitionPenalty = 1.2f }, 1, 0, 0, 0), 4));
    }

    [Fact]
    public void Sample_PenaltyOverflows_StaysFinite()
    {
        var sampler = new Sampler(2);
        var sampling = Sequence(new() { RepetitionPenalty = 1e-30f, TopK = 0 }, 1, 0, 1);

        Assert.Equal(1, sampler.Sample([0, 1e30f], sampling, 4));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    public void Sample_TopKBeyondVocabulary_IsOff(int topK) =>
        Assert.Equal([0.2, 0.2, 0.2, 0.2, 0.2], Distribution([7, 7, 7, 7, 7], new() { TopK = topK }));

    [Fact]
    public void Distribution_AllEqual_TopKKeepsAll() =>
        Assert.Equal([0.25, 0.25, 0.25, 0.25], Distribution([-2, -2, -2, -2], new() { TopK = 2 }));

    [Theory]
    [InlineData(TopPRule.HuggingFace, 0.5f, 2)]
    [InlineData(TopPRule.HuggingFace, 0.51f, 3)]
    [InlineData(TopPRule.HuggingFace, 1e-9f, 1)]
    [InlineData(TopPRule.HuggingFace, 1e-12f, 1)]
    [InlineData(TopPRule.HuggingFace, 0.99999f, 4)]
    [InlineData(TopPRule.OpenAI, 0.5f, 2)]
    [InlineData(TopPRule.OpenAI, 0.49f, 1)]
    [InlineData(TopPRule.OpenAI, 0.75f, 3)]
    [InlineData(TopPRule.OpenAI, 1e-12f, 1)]
    [InlineData(TopPRule.OpenAI, 0.99999f, 3)]
    public void Distribution_TopPOverEqualTokens_KeepsLowestIdsExactly(TopPRule rule, float topP, int kept)
    {
        double[] probabilities = Distribution([-2, -2, -2, -2], new() { TopK = 0, TopP = topP, TopPRule = rule });

        Assert.Equal([.. Enumerable.Range(0, 4).Select(token => token < kept ? 1.0 / kept : 0)], probabilities);
    }

    [Fact]
    public void Distribution_MinusInfinity_IsNeverDrawn() =>
        Assert.Equal([0, 0.5, 0, 0.5], Distribution([float.NegativeInfinity, 1, float.NegativeInfinity, 1], new() { TopK = 3 }));

    [Fact]
    public void Distribution_MinPOne_KeepsTheBest() => Assert.Equal([0, 0.5, 0.5], Distribution([0, 1, 1], new() { MinP = 1 }));

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinite")]
    public void Sample_LogitIsNoNumber_SaysWhere(float bad, string word)
    {
        foreach (int token in (int[])[0, 7, 16, 99])
        {
            float[] logits = new float[100];
            logits[token] = bad;
            logits[99] = bad;
            foreach (var options in (SamplingOptions[])[new(), new() { Greedy = true }, new() { RepetitionPenalty = 2 }])
            {
                var exception = Assert.Throws<InvalidDataException>(
                    () => new Sampler(100).Sample(logits, Sequence(options, 1, 0, token), 12));
                Assert.Contains($"token {token} at position 12 is {word}", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Sample_AllMinusInfinity_SaysWhere()
    {
        float[] logits = new float[40];
        Array.Fill(logits, float.NegativeInfinity);

        var exception = Assert.Throws<InvalidDataException>(() => new Sampler(40).Sample(logits, Sequence(new(), 1, 0), 12));

        Assert.Contains("All 40 logits at position 12", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_WrongNumberOfLogits_Throws() =>
        Assert.Throws<ArgumentException>(() => new Sampler(4).Sample(new float[5], Sequence(new(), 1, 0), 0));

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 23) + 1)]
    public void Constructor_VocabularyOutOfRange_Throws(int vocabulary) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(vocabulary));

    [Fact]
    public void Sample_Repeatedly_AllocatesNothing()
    {
        var random = new Random(3);
        float[] logits = [.. Enumerable.Range(0, 4097).Select(_ => 5 * Normal(random))];
        var sampler = new Sampler(logits.Length);
        foreach (var options in (SamplingOptions[])[new(), new() { TopK = 0, TopP = 0.9f, MinP = 0.01f, RepetitionPenalty = 1.1f }])
        {
            var sampling = Sequence(options, 1, 0, 3, 4, 5);
            sampler.Sample(logits, sampling, 0);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int position = 1; position < 100; position++)
                sampler.Sample(logits, sampling, position);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static double[] Distribution(float[] logits, SamplingOptions options)
    {
        double[] probabilities = new double[logits.Length];
        new Sampler(logits.Length).Distribution(logits, Sequence(options, 0, 0), 0, probabilities);
        return probabilities;
    }

    private static SequenceSampling Sequence(SamplingOptions options, ulong seed, uint sequence, params ReadOnlySpan<int> seen)
    {
        var sampling = new SequenceSampling(options, seed, sequence);
        foreach (int token in seen)
            sampling.Observe(token);
        return sampling;
    }

    private static float[] Logits(Random random, int count)
    {
        // Coarse values give ties, among them those of -0 and 0; a few tokens are impossible.
        float step = random.Next(3) switch { 0 => 1f, 1 => 0.25f, _ => 0 };
        float spread = random.Next(4) switch { 0 => 0.001f, 1 => 1, 2 => 6, _ => 40 };
        float[] logits = new float[count];
        foreach (ref float logit in logits.AsSpan())
        {
            logit = spread * Normal(random);
            if (step > 0)
                logit = MathF.Round(logit / step) * step;
            if (random.Next(20) == 0)
                logit = float.NegativeInfinity;
        }
        logits[random.Next(count)] = 0;
        return logits;
    }

    private static SamplingOptions Options(Random random, int vocabulary) => new()
    {
        Temperature = Any(random, 1f, 0.8f, 0.05f, 3, 1e-40f),
        TopK = Any(random, 0, 1, 3, 40, vocabulary - 1, vocabulary, 300),
        TopP = Any(random, 1f, 0.9f, 0.5f, 0.1f, 1e-6f),
        TopPRule = Any(random, TopPRule.HuggingFace, TopPRule.OpenAI),
        MinP = Any(random, 0, 0, 0.05f, 1),
        RepetitionPenalty = Any(random, 1, 1.2f, 0.5f),
    };

    private static T Any<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
