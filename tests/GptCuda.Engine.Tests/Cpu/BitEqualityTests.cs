using System.Runtime.InteropServices;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>The same bits, however the work is cut up.</summary>
[Trait("Category", "Vector")]
public sealed class BitEqualityTests
{
    private static readonly GptConfiguration Shape = RandomWeights.Shape();

    public static TheoryData<ElementType> Types => [.. Enum.GetValues<ElementType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Forward_AnyThreads_SameBits(ElementType type)
    {
        int[] tokens = RandomWeights.Tokens(41, Shape.VocabularySize, seed: 2);
        float[][] runs = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using CpuBackend backend = Create(type, threads);
            return backend.AllLogits(tokens);
        })];

        AssertSameBits(runs[0], runs[1]);
        AssertSameBits(runs[0], runs[2]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Forward_AnyVectorWidth_SameBits(ElementType type)
    {
        int[] tokens = RandomWeights.Tokens(41, Shape.VocabularySize, seed: 3);
        float[][] runs = [.. Enum.GetValues<VectorWidth>().Select(width =>
        {
            using CpuBackend backend = Create(type, threads: 1, width: width);
            return (float[])[.. backend.AllLogits(tokens), .. backend.LastLogits([tokens[7]], position: 41)];
        })];

        foreach (float[] run in runs)
            AssertSameBits(runs[0], run);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Forward_CachedInAnyPieces_SameBitsAsAtOnce(ElementType type)
    {
        int[] tokens = RandomWeights.Tokens(67, Shape.VocabularySize, seed: 4);
        using CpuBackend backend = Create(type, threads: 2, slots: 2);
        float[] expected = backend.AllLogits(tokens);

        int[] pieces = [1, 1, 2, 3, 31, 5, 1, 13, 7, 3];
        int position = 0;
        foreach (int piece in pieces)
        {
            float[] logits = backend.LastLogits(tokens.AsSpan(position, piece), position, slot: 1);
            position += piece;
            AssertSameBits(RowOf(expected, position - 1), logits);
        }

        Assert.Equal(tokens.Length, position);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Forward_ManySequencesAtOnce_SameBitsAsAlone(ElementType type)
    {
        // Sequence s has s % 7 + 1 tokens cached (none for every third) and feeds 1, 2, 3 … 17 tokens in one batch.
        const int Sequences = 17;
        using CpuBackend backend = Create(type, threads: 2, slots: Sequences + 1);
        List<int> tokens = [], slots = [], positions = [], rows = [];
        List<float> expected = [];
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            int cached = sequence % 3 == 0 ? 0 : (sequence % 7) + 1, fed = sequence % 4 == 1 ? 1 : sequence + 1;
            int[] text = RandomWeights.Tokens(cached + fed, Shape.VocabularySize, seed: 100 + sequence);
            expected.AddRange(backend.LastLogits(text, slot: Sequences));
            if (cached > 0)
                backend.LastLogits(text.AsSpan(0, cached), slot: sequence);
            for (int i = cached; i < text.Length; i++)
            {
                tokens.Add(text[i]);
                slots.Add(sequence);
                positions.Add(i);
            }

            rows.Add(tokens.Count - 1);
        }

        var logits = new float[rows.Count * Shape.VocabularySize];
        backend.Forward(
            new RaggedBatch
            {
                Tokens = CollectionsMarshal.AsSpan(tokens),
                Slots = CollectionsMarshal.AsSpan(slots),
                Positions = CollectionsMarshal.AsSpan(positions),
                LogitRows = CollectionsMarshal.AsSpan(rows),
            },
            logits);

        AssertSameBits([.. expected], logits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(16)]
    [InlineData(33)]
    public void Decode_BatchOfAnySize_SameBitsAsAlone(int count)
    {
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            using CpuBackend backend = Create(ElementType.F32, threads: 1, slots: count + 1, width: width);
            int[] fed = RandomWeights.Tokens(count, Shape.VocabularySize, seed: count), positions = new int[count];
            List<float> expected = [];
            for (int slot = 0; slot < count; slot++)
            {
                int[] text = [.. RandomWeights.Tokens(1 + (slot % 5), Shape.VocabularySize, seed: slot), fed[slot]];
                backend.LastLogits(text.AsSpan()[..^1], slot: slot);
                positions[slot] = text.Length - 1;
                expected.AddRange(backend.LastLogits(text, slot: count));
            }

            var logits = new float[count * Shape.VocabularySize];
            int[] order = [.. Enumerable.Range(0, count)];
            backend.Forward(new RaggedBatch { Tokens = fed, Slots = order, Positions = positions, LogitRows = order }, logits);

            AssertSameBits([.. expected], logits);
        }
    }

    [Fact]
    public void Forward_LongerThanOneChunk_SameBitsAsInPieces()
    {
        // 600 tokens pass through the model as 512 and 88; with an observer all at once.
        GptConfiguration shape = RandomWeights.Shape(context: 600, width: 8, heads: 2, layers: 1, inner: 9, vocabulary: 11);
        int[] tokens = RandomWeights.Tokens(600, 11, seed: 6);
        using var weights = new RandomWeights(shape);
        using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { Threads = 2 });

        float[] chunked = backend.AllLogits(tokens), whole = backend.AllLogits(tokens, observer: new RecordingObserver());

        AssertSameBits(whole, chunked);
        AssertSameBits(whole[^11..], backend.LastLogits(tokens.AsSpan(599), position: 599));
    }

    private static CpuBackend Create(ElementType type, int threads, int slots = 1, VectorWidth? width = null)
    {
        using var weights = new RandomWeights(Shape);
        return CpuBackend.Create(
            weights, new CpuOptions { WeightType = type, Threads = threads, SlotCount = slots }, width ?? VectorWidths.Widest);
    }

    private static float[] RowOf(float[] logits, int row) => logits[(row * Shape.VocabularySize)..((row + 1) * Shape.VocabularySize)];

    private static void AssertSameBits(float[] expected, float[] actual)
    {
        Assert.All(expected, logit => Assert.True(float.IsFinite(logit)));
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
    }
}
