using GptCuda.Engine.Cpu;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>A model of full size whose weights come from a formula.</summary>
public sealed class SyntheticGoldenTests
{
    [Fact]
    public void Forward_124MShortPrompts_AgreesWithOtherImplementations()
    {
        using var weights = new SyntheticWeightSource("124M");
        using CpuBackend backend = CpuBackend.Create(weights);
        foreach (GoldenCase golden in GoldenCase.Load("synthetic", "124M").Take(3))
            CpuGoldenTests.Check(backend, golden);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void Forward_124MThousandTokens_AgreesWithOtherImplementations()
    {
        using var weights = new SyntheticWeightSource("124M");
        using CpuBackend backend = CpuBackend.Create(weights);
        CpuGoldenTests.Check(backend, GoldenCase.Load("synthetic", "124M")[3]);
    }

    /// <summary>The formula's values are exact in every floating type.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public void Forward_124MIn16Bits_SameBitsAsF32()
    {
        using var weights = new SyntheticWeightSource("124M");
        int[] prompt = GoldenCase.Load("synthetic", "124M")[2].Prompt;
        float[][] logits = [.. new[] { ElementType.F32, ElementType.BF16, ElementType.F16 }.Select(type =>
        {
            using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { WeightType = type });
            return (float[])[.. backend.LastLogits(prompt), .. backend.LastLogits([11], position: prompt.Length)];
        })];

        Assert.Equal(logits[0], logits[1]);
        Assert.Equal(logits[0], logits[2]);
    }
}
