using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

public sealed class CpuBackendTests
{
    private static readonly GptConfiguration Shape = RandomWeights.Shape();

    [Fact]
    public void Forward_OutOfRange_SaysTheValues()
    {
        using CpuBackend backend = Create(slots: 2);
        void Refused(int[] tokens, int[] slots, int[] positions, int[] rows, int logits, params string[] values)
        {
            string message = Assert.Throws<ArgumentException>(() => backend.Forward(
                new RaggedBatch { Tokens = tokens, Slots = slots, Positions = positions, LogitRows = rows }, new float[logits])).Message;
            Assert.All(values, value => Assert.Contains(value, message, StringComparison.Ordinal));
        }

        Refused([], [], [], [], 0);
        Refused([1, 2], [0], [0, 1], [], 0, "2", "1");
        Refused([131], [0], [0], [], 0, "131", "130");
        Refused([-1], [0], [0], [], 0, "-1");
        Refused([1], [2], [0], [], 0, "slot 2");
        Refused([1], [0], [70], [], 0, "70");
        Refused([1], [0], [1], [], 0, "position 1", "holds 0");
        Refused([1, 1], [0, 0], [0, 2], [], 0, "position 2", "1 comes next");
        Refused([1], [0], [0], [1], 131, "row 0 is 1");
        Refused([1, 1], [0, 0], [0, 1], [1, 0], 262, "row 1 is 0");
        Refused([1], [0], [0], [0], 130, "130", "131");
    }

    [Fact]
    public void Forward_NoLogitsWanted_FillsTheCache()
    {
        using CpuBackend backend = Create(slots: 2);
        int[] tokens = RandomWeights.Tokens(9, Shape.VocabularySize, seed: 1);
        float[] expected = backend.LastLogits(tokens, slot: 0);

        backend.Forward(new RaggedBatch { Tokens = tokens.AsSpan(0, 8), Slots = [1, 1, 1, 1, 1, 1, 1, 1], Positions = [0, 1, 2, 3, 4, 5, 6, 7], LogitRows = [] }, []);

        Assert.Equal(expected, backend.LastLogits(tokens.AsSpan(8), position: 8, slot: 1));
    }

    [Fact]
    public void Forward_LowerPositionFedAgain_Overwrites()
    {
        using CpuBackend backend = Create();
        int[] first = RandomWeights.Tokens(40, Shape.VocabularySize, seed: 1), second = [.. first[..5], .. RandomWeights.Tokens(6, Shape.VocabularySize, seed: 2)];
        float[] expected = backend.LastLogits(second);
        backend.LastLogits(first);

        Assert.Equal(expected, backend.LastLogits(second.AsSpan(5), position: 5));
    }

    [Fact]
    public void CopySlot_SharedPrompt_ContinuesAsItsOwn()
    {
        using CpuBackend backend = Create(slots: 3);
        int[] tokens = RandomWeights.Tokens(50, Shape.VocabularySize, seed: 3);
        float[] expected = backend.LastLogits(tokens);
        foreach (int shared in (ReadOnlySpan<int>)[1, 31, 32, 33, 49])
        {
            backend.CopySlot(0, 2, shared);
            Assert.Equal(expected, backend.LastLogits(tokens.AsSpan(shared), shared, slot: 2));
        }

        Assert.Contains("51", Assert.Throws<ArgumentException>(() => backend.CopySlot(0, 1, 51)).Message, StringComparison.Ordinal);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => backend.CopySlot(0, 3, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_ManySequences_SamplesEachFromItsOwnLogits()
    {
        using CpuBackend backend = Create(slots: 4);
        var options = new SamplingOptions { Temperature = 1, TopK = 0 };
        SequenceSampling[] sampling = [.. Enumerable.Range(0, 4).Select(i => new SequenceSampling(options, seed: 5, sequence: (uint)i))];
        DecodeRow[] rows = [.. Enumerable.Range(0, 4).Select(i => new DecodeRow(i, 10 * i, 0, sampling[i]))];
        var sampled = new int[4];

        backend.Decode(rows, sampled);

        var sampler = new Sampler(Shape.VocabularySize);
        for (int i = 0; i < 4; i++)
            Assert.Equal(sampler.Sample(backend.LastLogits([10 * i], slot: i), sampling[i], position: 1), sampled[i]);
    }

    [Fact]
    public void Decode_TwoSequencesInOneSlot_IsRefused()
    {
        using CpuBackend backend = Create(slots: 2);
        var sampling = new SequenceSampling(new SamplingOptions { Greedy = true }, 0, 0);
        DecodeRow[] rows = [new(1, 5, 0, sampling), new(1, 6, 1, sampling)];

        Assert.Contains(
            "slot 1", Assert.Throws<ArgumentException>(() => backend.Decode(rows, new int[2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => backend.Decode(rows, new int[1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void DecodeAndForward_SteadyState_AllocateNothing(int threads)
    {
        using CpuBackend backend = Create(threads, slots: 3);
        var sampling = new SequenceSampling(new SamplingOptions { Temperature = 0.8f, TopK = 40 }, 1, 0);
        DecodeRow[] rows = [new(0, 1, 0, sampling), new(1, 2, 0, sampling), new(2, 3, 0, sampling)];
        int[] sampled = new int[3], slots = [0, 0, 0, 0], positions = [0, 1, 2, 3], tokens = [4, 5, 6, 7], wanted = [3];
        var logits = new float[Shape.VocabularySize];
        void Step()
        {
            backend.Decode(rows, sampled);
            backend.Forward(new RaggedBatch { Tokens = tokens, Slots = slots, Positions = positions, LogitRows = wanted }, logits);
        }

        for (int i = 0; i < 3; i++)
            Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.Int8)]
    public void Forward_NaNAndInfiniteWeights_ShowInLogits(ElementType type)
    {
        foreach (float odd in (ReadOnlySpan<float>)[float.NaN, float.PositiveInfinity])
        {
            using var weights = new RandomWeights(Shape);
            weights["h.1.mlp.c_fc.weight"][17] = odd;
            using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 1 });

            Assert.Contains(backend.LastLogits([1, 2, 3]), float.IsNaN);
            var sampling = new SequenceSampling(new SamplingOptions { Greedy = true }, 0, 0);
            Assert.Throws<InvalidDataException>(() => backend.Decode([new DecodeRow(0, 4, 3, sampling)], new int[1]));
        }
    }

    [Theory]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F16)]
    public void Forward_SixteenBitWeights_SameBitsAsF32OnTheRoundedValues(ElementType type)
    {
        using var weights = new RandomWeights(Shape);
        using var rounded = new RoundedWeights(weights, type);
        using CpuBackend narrow = CpuBackend.Create(weights, new CpuOptions { WeightType = type });
        using CpuBackend wide = CpuBackend.Create(rounded);
        int[] tokens = RandomWeights.Tokens(30, Shape.VocabularySize, seed: 4);

        Assert.Equal(wide.AllLogits(tokens), narrow.AllLogits(tokens));
        Assert.Equal(wide.LastLogits([7], position: 30), narrow.LastLogits([7], position: 30));
    }

    [Fact]
    public void Create_WeightBeyondF16_NamesTensorAndValue()
    {
        using var weights = new RandomWeights(Shape);
        weights["h.1.attn.c_proj.weight"][5] = 70000;
        string message = Assert.Throws<InvalidDataException>(() => CpuBackend.Create(weights, new CpuOptions { WeightType = ElementType.F16 })).Message;

        Assert.Contains("h.1.attn.c_proj.weight", message, StringComparison.Ordinal);
        Assert.Contains("70000", message, StringComparison.Ordinal);
        Assert.Contains("bf16", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_MoreThanTheMemory_SaysTheSizes()
    {
        using var weights = new RandomWeights(Shape);
        string message = Assert.Throws<InsufficientMemoryException>(() => CpuBackend.Create(weights, new CpuOptions { SlotCount = 1_000_000_000 })).Message;

        Assert.Contains("1000000000 x", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuBackend.Create(weights, new CpuOptions { SlotCount = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuBackend.Create(weights, new CpuOptions { Threads = 0 }));
    }

    [Theory]
    [InlineData(ElementType.F32, 498e6)]
    [InlineData(ElementType.BF16, 249e6)]
    [InlineData(ElementType.F16, 249e6)]
    [InlineData(ElementType.Int8, 125e6)]
    public void Memory_124M_HoldsEachWeightOnce(ElementType type, double expected)
    {
        using var source = new SyntheticWeightSource("124M");
        CpuMemory memory = CpuMemory.Of(source.Configuration, new CpuOptions { WeightType = type, SlotCount = 3 });

        // A hundredth more: scales, biases, and filling up to whole panels.
        Assert.InRange(memory.Weights, expected, expected * 1.01);
        Assert.Equal(12 * 2 * 768 * 1024 * 4, memory.CachePerSlot);
        Assert.Equal(memory.Weights + (3 * memory.CachePerSlot) + memory.Activations, memory.Total);
    }

    [Fact]
    public void Description_OfABackend_NamesThreadsAndType()
    {
        using CpuBackend backend = Create(threads: 2);
        Assert.StartsWith("CPU, 2 threads, ", backend.Description, StringComparison.Ordinal);
        Assert.EndsWith(", f32", backend.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_Twice_IsHarmlessAndEndsUse()
    {
        CpuBackend backend = Create();
        backend.Dispose();
        backend.Dispose();

        Assert.Throws<ObjectDisposedException>(() => backend.LastLogits([1]));
        Assert.Throws<ObjectDisposedException>(() => backend.CopySlot(0, 0, 0));
    }

    [Fact]
    public void Forward_ObserverThrows_LeavesABackendThatWorks()
    {
        using CpuBackend backend = Create(threads: 2);
        float[] expected = backend.LastLogits([1, 2, 3]);

        Assert.Throws<NotSupportedException>(() => backend.AllLogits([1, 2, 3], observer: new ThrowingObserver()));
        Assert.Contains(
            "holds 0", Assert.Throws<ArgumentException>(() => backend.LastLogits([4], position: 3)).Message, StringComparison.Ordinal);
        Assert.Equal(expected, backend.LastLogits([1, 2, 3]));
    }

    private static CpuBackend Create(int threads = 2, int slots = 1)
    {
        using var weights = new RandomWeights(Shape);
        return CpuBackend.Create(weights, new CpuOptions { Threads = threads, SlotCount = slots });
    }

    private sealed class ThrowingObserver : IForwardObserver
    {
        public void Observe(ForwardPoint point, int layer, ReadOnlySpan<float> values)
        {
            if (point == ForwardPoint.Attention)
                throw new NotSupportedException();
        }
    }
}
