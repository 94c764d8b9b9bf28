using GptCuda.Engine.Backends;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Tests.OnDevice;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>Forward passes on the GPU, every type and path, against the reference model run on the same rounded weights.</summary>
[Collection(TestDevice.Collection)]
public sealed class CudaAgreementTests(TestDevice device)
{
    /// <summary>f32 against double precision, as a share of the largest magnitude.</summary>
    private const double Exact = 1e-4;

    /// <summary>Activations of 8 significant bits (bf16) or 11 (f16) between products, and keys and values so in the cache.</summary>
    private const double Rounded = 2e-2;

    [SkippableTheory]
    [InlineData(ElementType.F32, 3)]
    [InlineData(ElementType.F32, 20)]
    [InlineData(ElementType.BF16, 3)]
    [InlineData(ElementType.BF16, 20)]
    [InlineData(ElementType.F16, 8)]
    [InlineData(ElementType.F16, 9)]
    [InlineData(ElementType.Int8, 1)]
    [InlineData(ElementType.Int8, 20)]
    public void Forward_OddShape_AgreesWithReferenceAtEveryPoint(ElementType type, int tokens)
    {
        using var weights = new RandomWeights(RandomWeights.Shape());
        AssertAgrees(weights, type, RandomWeights.Tokens(tokens, weights.Configuration.VocabularySize, seed: tokens));
    }

    private void AssertAgrees(IWeightSource weights, ElementType type, int[] tokens)
    {
        using var rounded = new RoundedWeights(weights, type);
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = 2 });
        RecordingObserver expected = new(), actual = new();
        new ReferenceModel(rounded).Logits(tokens, expected);

        float[] logits = backend.AllLogits(tokens, slot: 1, observer: actual);

        Assert.Equal(expected.Seen.Select(seen => (seen.Point, seen.Layer)), actual.Seen.Select(seen => (seen.Point, seen.Layer)));
        foreach (((ForwardPoint point, int layer, float[] values), (_, _, float[] seen)) in expected.Seen.Zip(actual.Seen))
        {
            Assert.Equal(values.Length, seen.Length);
            double difference = GoldenCase.Difference<float>(seen, values);
            Assert.True(
                difference <= (type == ElementType.F32 ? Exact : Rounded),
                $"{point} of layer {layer} differs by {difference} of its largest magnitude");
        }
        Assert.Equal(logits, actual.Seen[^1].Values);
        // Without an observer the same launches do the same.
        Assert.Equal(logits, backend.AllLogits(tokens));
    }
}
