using GptCuda.Engine.Backends;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Libraries;
using GptCuda.Kernels.Tests.OnDevice;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>
/// Decode steps: what is sampled is what the CPU's sampler draws from the GPU's own logits, however sequences come and go.
/// </summary>
[Collection(TestDevice.Collection)]
public sealed class CudaDecodeTests(TestDevice device)
{
    private static readonly GptConfiguration Shape = RandomWeights.Shape();

    private static readonly SamplingOptions[] Options =
    [
        new() { Greedy = true },
        new() { Temperature = 0.9f, TopK = 20 },
        new() { Temperature = 1.2f, TopK = 0, TopP = 0.8f, RepetitionPenalty = 1.3f },
        new() { Temperature = 0, RepetitionPenalty = 1.1f },
        new() { Temperature = 1, TopK = 0, MinP = 0.02f },
    ];

    [SkippableTheory]
    [InlineData(ElementType.F32, 1)]
    [InlineData(ElementType.BF16, 3)]
    [InlineData(ElementType.Int8, 5)]
    public void Decode_SequencesOfMixedLengths_SamplesWhatTheCpuSamplesFromTheSameLogits(ElementType type, int sequences)
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = sequences });
        using CudaBackend logitsOf = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = sequences });
        var run = new DecodeRun(backend, logitsOf);
        for (int i = 0; i < sequences; i++)
            run.Join(slot: i, RandomWeights.Tokens(1 + (7 * i % 40), Shape.VocabularySize, seed: i), Options[i % Options.Length]);

        for (int step = 0; step < 12; step++)
            run.Step();
    }

    /// <summary>Above 8 rows products are cuBLAS's, on 16-bit activations: near ties may be decided otherwise.</summary>
    [SkippableTheory]
    [InlineData(ElementType.F32, 9, 1e-3f)]
    [InlineData(ElementType.BF16, 11, 4e-2f)]
    [InlineData(ElementType.Int8, 17, 4e-2f)]
    public void Decode_ManySequences_SamplesTheHighestLogit(ElementType type, int sequences, float tolerance)
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = sequences });
        using CudaBackend logitsOf = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = sequences });
        var run = new DecodeRun(backend, logitsOf, tolerance);
        for (int i = 0; i < sequences; i++)
            run.Join(slot: i, RandomWeights.Tokens(1 + (7 * i % 40), Shape.VocabularySize, seed: i), Options[0]);

        for (int step = 0; step < 8; step++)
            run.Step();
    }

    [SkippableFact]
    public void Decode_SequencesJoinAndLeave_EachGoesOnAsAlone()
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 6 });
        using CudaBackend logitsOf = device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 6 });
        var run = new DecodeRun(backend, logitsOf);
        var random = new Random(5);
        int joined = 0;
        for (int step = 0; step < 40; step++)
        {
            if (run.Slots.Count < 6 && (run.Slots.Count == 0 || random.Next(3) == 0))
            {
                int free = Enumerable.Range(0, 6).First(slot => !run.Slots.Contains(slot));
                run.Join(free, RandomWeights.Tokens(random.Next(1, 50), Shape.VocabularySize, joined), Options[joined++ % Options.Length]);
            }
            else if (run.Slots.Count > 1 && random.Next(4) == 0)
            {
                run.Leave(run.Slots[random.Next(run.Slots.Count)]);
            }
            run.Step();
        }
        Assert.True(joined > 8, $"{joined} sequences joined");
    }

    [SkippableFact]
    public void Decode_UpToTheContextsEnd_FillsEveryPosition()
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 1 });
        using CudaBackend logitsOf = device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 1 });
        var run = new DecodeRun(backend, logitsOf);
        run.Join(0, [3], Options[0]);

        for (int position = 1; position < Shape.ContextLength; position++)
            run.Step();

        Assert.Empty(run.Slots);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_SlotChangedWhileAStepIsUnderWay_ReadsWhatIsThere(bool copied)
    {
        using var weights = new RandomWeights(Shape);
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 2 });
        var sampling = new SequenceSampling(Options[0], seed: 1, sequence: 0);
        int[] first = [3, 4, 5], other = [90, 17, 60, 33], sampled = new int[1];
        backend.LastLogits(first);
        backend.Decode([new DecodeRow(0, 7, 3, sampling)], sampled);
        // The next step is under way with the keys and values of the first tokens.
        if (copied)
        {
            backend.LastLogits(other, slot: 1);
            backend.CopySlot(1, 0, other.Length);
        }
        else
        {
            backend.LastLogits(other);
        }

        int[] found = new int[1];
        backend.Decode([new DecodeRow(0, sampled[0], 4, sampling)], found);

        float[] logits = backend.LastLogits([.. other, sampled[0]], slot: 1);
        Assert.Equal(Array.IndexOf(logits, logits.Max()), found[0]);
    }

    [SkippableFact]
    public void Decode_GpuThatSamplesFewAtOnce_SamplesSomeAtATime()
    {
        using var weights = new RandomWeights(Shape);
        CudaLibraries small = SmallGpu.Around(device.Libraries);
        var options = new CudaOptions { WeightType = ElementType.F32, SlotCount = 7, ImageCache = device.ImageCache };
        using var backend = CudaBackend.Create(weights, small, options);
        using var logitsOf = CudaBackend.Create(weights, small, options);
        var run = new DecodeRun(backend, logitsOf);
        for (int i = 0; i < 7; i++)
            run.Join(slot: i, RandomWeights.Tokens(1 + (7 * i % 40), Shape.VocabularySize, seed: i), Options[i % Options.Length]);

        for (int step = 0; step < 4; step++)
            run.Step();
    }

    [SkippableFact]
    public void Decode_LogitsThatAreNoNumbers_SaysWhere()
    {
        using var weights = new RandomWeights(Shape);
        weights[WeightCatalog.TokenEmbedding][(77 * Shape.Width) + 3] = float.NaN;
        using CudaBackend backend = device.NewBackend(weights, new CudaOptions { WeightType = ElementType.F32, SlotCount = 1 });
        var sampling = new SequenceSampling(SamplingOptions.Untouched, seed: 1, sequence: 0);
        backend.Forward(new RaggedBatch { Tokens = [1, 2], Slots = [0, 0], Positions = [0, 1], LogitRows = [] }, []);

        var e = Assert.Throws<InvalidDataException>(() => backend.Decode([new DecodeRow(0, 5, 2, sampling)], new int[1]));

        Assert.Contains("token 77 at position 3", e.Message, StringComparison.Ordinal);
        // And the backend still works.
        Assert.True(float.IsNaN(backend.LastLogits([1, 2])[77]));
    }
}
