using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>Real and synthetic models on the GPU against what other implementations and the CPU give for them.</summary>
[Collection(TestDevice.Collection)]
public sealed class CudaGoldenTests(TestDevice device)
{
    /// <summary>f32 against double precision, as a share of the largest logit.</summary>
    private const double Exact = 1e-4;

    /// <summary>Activations of 8 significant bits (bf16) or 11 (f16) between products, and keys and values so in the cache.</summary>
    private const double Rounded = 2e-2;

    [SkippableTheory]
    [InlineData("hf-heads32")]
    [InlineData("openai-tf")]
    public void Forward_ModelOfAnotherImplementation_AgreesWithItsLogits(string model) => CheckLogits(model);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("hf-f32")]
    [InlineData("hf-bf16")]
    [InlineData("hf-official")]
    [InlineData("hf-sharded")]
    public void Forward_MoreModelsOfOtherImplementations_AgreesWithTheirLogits(string model) => CheckLogits(model);

    [SkippableFact]
    public void Forward_ShippedModel_AgreesWithOtherImplementations()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        using CudaBackend backend = NewBackend(weights, ElementType.F32);
        IReadOnlyList<GoldenCase> cases = GoldenCase.Load("tiny-golden");
        foreach (GoldenCase golden in cases)
            Check(backend, golden);

        GoldenCase longest = cases.MaxBy(golden => golden.SmallestMargin)!;
        Assert.Equal(longest.Greedy, backend.Greedy(longest.Prompt, 64));
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public void Decode_ShippedModelsEveryPrompt_IsTheTextOfOtherImplementations()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        foreach (ElementType type in (ElementType[])[ElementType.F32, ElementType.BF16])
        {
            using CudaBackend backend = NewBackend(weights, type);
            foreach (GoldenCase golden in GoldenCase.Load("tiny-golden"))
            {
                // In bf16 the margin has to be beyond what rounding moves; f32 holds all of them.
                if (type == ElementType.F32 || golden.SmallestMargin > Rounded * golden.Logits.Max(MathF.Abs))
                    Assert.Equal(golden.Greedy, backend.Greedy(golden.Prompt, golden.Greedy.Length));
            }
        }
    }

    [SkippableTheory]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.Int8)]
    public void Forward_ShippedModelInSmallTypes_IsNearTheCpus(ElementType type)
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        using CpuBackend cpu = CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 2 });
        using CudaBackend backend = NewBackend(weights, type);
        foreach (int count in (int[])[5, 70])
        {
            int[] tokens = RandomWeights.Tokens(count, weights.Configuration.VocabularySize, seed: count);

            float[] logits = backend.AllLogits(tokens);

            Assert.InRange(GoldenCase.Difference<float>(logits, cpu.AllLogits(tokens)), 0, Rounded);
        }
    }

    [SkippableFact]
    public void Score_ShippedModel_IsTheCpus()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        using CpuBackend cpu = CpuBackend.Create(weights, new CpuOptions { Threads = 2 });
        using CudaBackend backend = NewBackend(weights, ElementType.F32);
        int[] tokens = RandomWeights.Tokens(75, weights.Configuration.VocabularySize, seed: 4);
        double[] expected = new double[70], actual = new double[70];
        void Score(IBackend scorer, double[] likelihoods) => scorer.Score(
            new RaggedBatch
            {
                Tokens = tokens.AsSpan(..74),
                Slots = new int[74],
                Positions = Enumerable.Range(0, 74).ToArray(),
                LogitRows = Enumerable.Range(4, 70).ToArray(),
            },
            tokens.AsSpan(5..),
            likelihoods);

        Score(cpu, expected);
        Score(backend, actual);

        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-4 * Math.Max(1, expected[i]));
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public void Forward_WholeContextInPieces_AgreesWithTheCpu()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TinyModel);
        using CpuBackend cpu = CpuBackend.Create(weights, new CpuOptions { Threads = 2 });
        using CudaBackend backend = NewBackend(weights, ElementType.F32);
        int context = weights.Configuration.ContextLength;
        int[] tokens = RandomWeights.Tokens(context, weights.Configuration.VocabularySize, seed: 3);
        // Pieces of every path: cuBLAS, eight rows, one.
        for (int first = 0, piece = 1; first < context; first += piece, piece = piece == 1 ? 8 : piece == 8 ? 97 : 1)
        {
            int[] part = tokens[first..Math.Min(context, first + piece)];

            float[] logits = backend.LastLogits(part, position: first);

            Assert.InRange(GoldenCase.Difference<float>(logits, cpu.LastLogits(part, position: first)), 0, Exact);
        }
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public void Decode_Synthetic124M_IsTheTextOfOtherImplementations()
    {
        using var weights = new SyntheticWeightSource("124M");
        using CudaBackend backend = NewBackend(weights, ElementType.F32);
        GoldenCase golden = GoldenCase.Load("synthetic", "124M")[1];

        Assert.Equal(golden.Greedy[..24], backend.Greedy(golden.Prompt, 24));
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.Int8)]
    public void Forward_Synthetic124MInSmallTypes_IsNearTheCpus(ElementType type)
    {
        using var weights = new SyntheticWeightSource("124M");
        using CpuBackend cpu = CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 2 });
        using CudaBackend backend = NewBackend(weights, type);
        int[] prompt = GoldenCase.Load("synthetic", "124M")[2].Prompt;

        Assert.InRange(GoldenCase.Difference<float>(backend.LastLogits(prompt), cpu.LastLogits(prompt)), 0, Rounded);
        Assert.InRange(
            GoldenCase.Difference<float>(backend.LastLogits([11], prompt.Length), cpu.LastLogits([11], prompt.Length)), 0, Rounded);
    }

    private void CheckLogits(string model)
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", model));
        using CudaBackend backend = NewBackend(weights, ElementType.F32);
        foreach (GoldenCase golden in GoldenCase.Load("models", model))
            Check(backend, golden);
    }

    private CudaBackend NewBackend(IWeightSource weights, ElementType type) =>
        device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = 1 });

    private static void Check(IBackend backend, GoldenCase golden)
    {
        float[] logits = backend.AllLogits(golden.Prompt);
        Assert.InRange(GoldenCase.Difference<float>(logits, golden.Logits), 0, Exact);
        if (golden.MeanNll is double expected)
            Assert.Equal(expected, GoldenCase.MeanNllOf<float>(logits, golden.Prompt), 1e-4);
    }
}
