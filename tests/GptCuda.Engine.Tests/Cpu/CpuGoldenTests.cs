using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Cpu;

[Trait("Category", "Vector")]
public sealed class CpuGoldenTests
{
    /// <summary>f32 sums against double-precision goldens, as a share of the largest logit.</summary>
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Models => ["hf-f32", "hf-bf16", "hf-official", "hf-sharded", "hf-heads32", "openai-tf"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Forward_GoldenPrompts_AgreesWithOtherImplementations(string model)
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", model));
        using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { Threads = 2 });
        foreach (GoldenCase golden in GoldenCase.Load("models", model))
            Check(backend, golden);
    }

    [Fact]
    public void Forward_ShippedModel_AgreesWithOtherImplementations()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { Threads = 2 });
        foreach (GoldenCase golden in GoldenCase.Load("tiny-golden"))
            Check(backend, golden);
    }

    internal static void Check(CpuBackend backend, GoldenCase golden)
    {
        float[] logits = backend.AllLogits(golden.Prompt);
        Assert.InRange(GoldenCase.Difference<float>(logits, golden.Logits), 0, Tolerance);
        if (golden.MeanNll is double expected)
            Assert.Equal(expected, GoldenCase.MeanNllOf<float>(logits, golden.Prompt), 1e-5);
        if (golden.SmallestMargin > Tolerance * golden.Logits.Max(MathF.Abs))
            Assert.Equal(golden.Greedy, backend.Greedy(golden.Prompt, golden.Greedy.Length));
    }
}
