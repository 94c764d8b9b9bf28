using System.Runtime.InteropServices;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>The first pass over weights where a mapped file has them, and the passes after it.</summary>
[Trait("Category", "Vector")]
public sealed class MappedWeightsTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        // Width, inner size, vocabulary: odd ones; whole panels; more than a block of outputs and than a panel of the last.
        { 35, 83, 131 },
        { 64, 128, 96 },
        { 192, 520, 1030 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_FirstAndSecondPass_SameBitsAsPanels(int width, int inner, int vocabulary)
    {
        using var weights = new RandomWeights(
            RandomWeights.Shape(vocabulary, context: 130, width, heads: width == 35 ? 5 : 4, layers: 2, inner));
        foreach (VectorWidth vectors in Enum.GetValues<VectorWidth>())
        {
            foreach (int count in (ReadOnlySpan<int>)[1, 2, 7, 13, 100])
            {
                int[] tokens = RandomWeights.Tokens(count, vocabulary, seed: count);
                var options = new CpuOptions { Threads = 2 };
                using CpuBackend panels = CpuBackend.Create(weights, options, vectors);
                var source = new MappedWeights(weights);
                using CpuBackend mapped = CpuBackend.CreateOwning(source, options, vectors);
                float[] expected = panels.AllLogits(tokens);

                AssertSameBits(expected, mapped.AllLogits(tokens), vectors, count);
                Assert.False(source.IsDisposed);
                AssertSameBits(expected, mapped.AllLogits(tokens), vectors, count);
                Assert.True(source.IsDisposed);
                AssertSameBits(panels.LastLogits([3], count), mapped.LastLogits([3], count), vectors, count);
            }
        }
    }

    [Theory]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.Int8)]
    public void Dispose_BeforeAnyPass_DisposesTheSource(ElementType type)
    {
        using var weights = new RandomWeights(RandomWeights.Shape());
        var source = new MappedWeights(weights);
        using (CpuBackend.CreateOwning(source, new CpuOptions { WeightType = type }))
        {
            // In place only where nothing has to be converted.
            Assert.Equal(type != ElementType.F32, source.IsDisposed);
        }

        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void CreateOwning_OptionOutOfRange_DisposesTheSource()
    {
        using var weights = new RandomWeights(RandomWeights.Shape());
        var source = new MappedWeights(weights);
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuBackend.CreateOwning(source, new CpuOptions { Threads = 0 }));
        Assert.True(source.IsDisposed);
    }

    private static void AssertSameBits(float[] expected, float[] actual, VectorWidth vectors, int count) => Assert.True(
        MemoryMarshal.AsBytes(expected.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(actual.AsSpan())), $"{vectors}, {count} tokens");
}
