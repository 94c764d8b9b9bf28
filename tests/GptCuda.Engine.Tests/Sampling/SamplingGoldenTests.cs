using System.Text.Json;
using GptCuda.Engine.Sampling;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Sampling;

/// <summary>Distributions that transformers' logits processors and OpenAI's rules give, from tests/data/sampling.json.</summary>
public sealed class SamplingGoldenTests
{
    [Theory]
    [InlineData("huggingface", TopPRule.HuggingFace, 120)]
    [InlineData("openai", TopPRule.OpenAI, 41)]
    public void Distribution_GoldenCases_AgreeWithin1e6(string column, TopPRule rule, int cases)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("sampling.json")));
        int compared = 0;
        foreach (var golden in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (!golden.TryGetProperty(column, out var expected))
                continue;
            float[] logits = [.. golden.GetProperty("logits").EnumerateArray().Select(value => value.GetSingle())];
            var sampling = new SequenceSampling(
                new SamplingOptions
                {
                    Temperature = golden.GetProperty("temperature").GetSingle(),
                    TopK = golden.GetProperty("top_k").GetInt32(),
                    TopP = golden.GetProperty("top_p").GetSingle(),
                    TopPRule = rule,
                    MinP = golden.GetProperty("min_p").GetSingle(),
                    RepetitionPenalty = golden.GetProperty("repetition_penalty").GetSingle(),
                },
                seed: 0,
                sequence: 0);
            foreach (var token in golden.GetProperty("previous_ids").EnumerateArray())
                sampling.Observe(token.GetInt32());
            double[] probabilities = new double[logits.Length];

            new Sampler(logits.Length).Distribution(logits, sampling, 0, probabilities);

            int id = 0;
            foreach (var probability in expected.EnumerateArray())
            {
                // 1e-6 is what the goldens are held to; ours differ by the f32 exponent and polynomial, about 1e-7.
                double difference = Math.Abs(probability.GetDouble() - probabilities[id]);
                Assert.True(difference <= 1e-6, $"case {compared}, token {id}: expected {probability}, found {probabilities[id]}");
                id++;
            }
            Assert.Equal(logits.Length, id);
            compared++;
        }
        Assert.Equal(cases, compared);
    }
}
