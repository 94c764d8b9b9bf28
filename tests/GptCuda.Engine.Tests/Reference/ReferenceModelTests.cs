using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Reference;

public sealed class ReferenceModelTests
{
    public static TheoryData<string> Models => ["hf-f32", "hf-bf16", "hf-official", "hf-sharded", "hf-heads32", "openai-tf"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_GoldenPrompts_AgreeToOneInAMillion(string model)
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", model));
        var reference = new ReferenceModel(weights);
        foreach (GoldenCase golden in GoldenCase.Load("models", model))
        {
            double[] logits = reference.Logits(golden.Prompt);

            // Both compute in double precision; the goldens are stored as f32, which rounds by 6e-8 of a logit.
            Assert.InRange(GoldenCase.Difference<double>(logits, golden.Logits), 0, 1e-6);
            if (golden.MeanNll is double expected)
                Assert.Equal(expected, GoldenCase.MeanNllOf<double>(logits, golden.Prompt), 1e-8);
        }
    }

    [Fact]
    public void Logits_GreedyContinuation_EqualsGolden()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", "hf-sharded"));
        var reference = new ReferenceModel(weights);
        foreach (GoldenCase golden in GoldenCase.Load("models", "hf-sharded"))
        {
            List<int> tokens = [.. golden.Prompt];
            while (tokens.Count < golden.Prompt.Length + golden.Greedy.Length)
            {
                Span<double> last = reference.Logits(tokens.ToArray()).AsSpan()[^weights.Configuration.VocabularySize..];
                tokens.Add(last.IndexOf(last.ToArray().Max()));
            }

            Assert.Equal(golden.Greedy, tokens[golden.Prompt.Length..]);
        }
    }

    [Fact]
    public void Logits_TokensOutOfRange_SaysValues()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", "hf-sharded"));
        var reference = new ReferenceModel(weights);

        Assert.Contains("257", Assert.Throws<ArgumentException>(() => reference.Logits([3, 257])).Message, StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => reference.Logits([-1])).Message, StringComparison.Ordinal);
        Assert.Contains("41", Assert.Throws<ArgumentException>(() => reference.Logits(new int[41])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => reference.Logits([]));
    }
}
