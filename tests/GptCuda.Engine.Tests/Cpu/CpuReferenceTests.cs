using System.Text.Json;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>Every type and odd shapes, against the reference model run on the same rounded weights.</summary>
[Trait("Category", "Vector")]
public sealed class CpuReferenceTests
{
    /// <summary>
    /// f32 sums against double precision, as a share of the largest magnitude. For int8 the reference's weights are also rounded to
    /// f32, which the backend does not do.
    /// </summary>
    private const double Tolerance = 1e-4;

    public static TheoryData<string, ElementType> ModelsAndTypes
    {
        get
        {
            var data = new TheoryData<string, ElementType>();
            foreach (string model in CpuGoldenTests.Models)
            {
                foreach (ElementType type in Enum.GetValues<ElementType>())
                    data.Add(model, type);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndTypes))]
    public void Forward_EveryTypeOfEveryModel_AgreesWithReferenceOnRoundedWeights(string model, ElementType type)
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", model));
        int[] tokens = GoldenCase.Load("models", model)[2].Prompt;
        AssertAgrees(weights, type, tokens);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 1)]
    [InlineData(3, 2, 5, 5, 1, 7)]
    [InlineData(17, 33, 15, 3, 2, 31)]
    [InlineData(64, 40, 40, 2, 1, 64)]
    [InlineData(65, 40, 80, 1, 2, 33)]
    [InlineData(63, 65, 96, 3, 1, 257)]
    [InlineData(129, 35, 260, 13, 1, 65)]
    public void Forward_OddShapes_AgreesWithReferenceAtEveryPoint(int vocabulary, int context, int width, int heads, int layers, int inner)
    {
        GptConfiguration shape = RandomWeights.Shape(vocabulary, context, width, heads, layers, inner);
        using var weights = new RandomWeights(shape, seed: width);
        AssertAgrees(weights, ElementType.F32, RandomWeights.Tokens(context, vocabulary, seed: 8));
    }

    [Fact]
    public void Forward_UntiedUnscaledByLayer_AgreesWithReference()
    {
        GptConfiguration shape = RandomWeights.Shape() with
        {
            TiedEmbeddings = false,
            ScaleAttention = false,
            ScaleAttentionByInverseLayer = true,
            LayerNormEpsilon = 1e-2,
        };
        using var weights = new RandomWeights(shape);
        foreach (ElementType type in Enum.GetValues<ElementType>())
            AssertAgrees(weights, type, RandomWeights.Tokens(20, shape.VocabularySize, seed: 9));
    }

    [Fact]
    public void MeanNll_Int8OnTheShippedModelsDocuments_IsWithinOnePercentOfF32()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        Tokenizer tokenizer = Tokenizer.Load(Repository.TinyModel);
        using JsonDocument documents = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("tiny-golden", "perplexity.json")));
        int[][] windows = [.. documents.RootElement.EnumerateArray()
            .Select(document => document.GetProperty("text").GetString()!)
            .Distinct()
            .Select(text => tokenizer.Encode(text)[..Math.Min(128, tokenizer.Encode(text).Length)])];
        double MeanNll(ElementType type)
        {
            using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 2 });
            return windows.Average(tokens => GoldenCase.MeanNllOf<float>(backend.AllLogits(tokens), tokens));
        }

        double expected = MeanNll(ElementType.F32), actual = MeanNll(ElementType.Int8);

        Assert.NotEqual(expected, actual);
        Assert.InRange(actual / expected, 0.99, 1.01);
    }

    private static void AssertAgrees(IWeightSource weights, ElementType type, int[] tokens)
    {
        using var rounded = new RoundedWeights(weights, type);
        using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 2 });
        RecordingObserver expected = new(), actual = new();
        new ReferenceModel(rounded).Logits(tokens, expected);
        float[] logits = backend.AllLogits(tokens, observer: actual);

        int layers = weights.Configuration.LayerCount;
        Assert.Equal(2 + (layers * 6), expected.Seen.Count);
        Assert.Equal(expected.Seen.Select(seen => (seen.Point, seen.Layer)), actual.Seen.Select(seen => (seen.Point, seen.Layer)));
        foreach (((ForwardPoint point, int layer, float[] values), (_, _, float[] seen)) in expected.Seen.Zip(actual.Seen))
        {
            Assert.Equal(values.Length, seen.Length);
            double difference = GoldenCase.Difference<float>(seen, values);
            Assert.True(difference <= Tolerance, $"{point} of layer {layer} differs by {difference} of its largest magnitude");
        }

        Assert.Equal(logits, actual.Seen[^1].Values);
    }
}
