using GptCuda.Engine.Backends;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Cuda;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Weights;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Tests.OnDevice;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.OnDevice;

/// <summary>A GPU as a side of a comparison.</summary>
[Collection(TestDevice.Collection)]
public sealed class CudaComparisonTests(TestDevice device)
{
    private const float Marker = 3.25f;

    private static readonly GptConfiguration Shape = RandomWeights.Shape(layers: 3);

    // More rows than matrix-vector kernels take, so that LayerNorm is a kernel of its own.
    private static readonly int[] Prompt = RandomWeights.Tokens(12, Shape.VocabularySize, seed: 6);

    [SkippableTheory]
    [InlineData(ElementType.F32, ComputationKind.Reference)]
    [InlineData(ElementType.BF16, ComputationKind.Cpu)]
    [InlineData(ElementType.Int8, ComputationKind.Cpu)]
    public void Run_SoundKernels_IsWithinAtEveryPointAndInTheText(ElementType type, ComputationKind against)
    {
        using var weights = new RandomWeights(Shape);

        ModelComparison comparison = Compare(weights, type, against, KernelSources.Embedded, count: 10);

        Assert.True(comparison.IsWithin, $"{comparison.FirstBeyond} {comparison.Greedy?.Divergence}");
        Assert.Equal(2 + (6 * Shape.LayerCount), comparison.Points.Count);
        Assert.Empty(comparison.OnlyFirst.Concat(comparison.OnlySecond));
        Assert.NotNull(comparison.Greedy);
    }

    /// <summary>The kernel serves every layer: it is altered where it finds the marked gain of one.</summary>
    [SkippableTheory]
    [InlineData(ElementType.F32, "h.0.ln_1.weight", "h.0 query")]
    [InlineData(ElementType.F32, "h.2.ln_1.weight", "h.2 query")]
    [InlineData(ElementType.F32, "h.1.ln_2.weight", "h.1 residual after mlp")]
    [InlineData(ElementType.BF16, "h.1.ln_1.weight", "h.1 query")]
    [InlineData(ElementType.Int8, "h.2.ln_1.weight", "h.2 query")]
    public void Run_LayerNormKernelAlteredInADirectory_NamesTheFirstPointAfterIt(ElementType type, string gain, string expected)
    {
        const string Sound = "gain[i], shift[i])", Altered = "gain[i] * (gain[0] == 3.25f ? 1.1f : 1.f), shift[i])";
        string directory = Directory.CreateTempSubdirectory("gptcuda-kernels").FullName;
        try
        {
            string text = File.ReadAllText(Path.Combine(Repository.Root, "kernels", "layernorm.cu"));
            Assert.Contains(Sound, text, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(directory, "layernorm.cu"), text.Replace(Sound, Altered, StringComparison.Ordinal));
            using var weights = new RandomWeights(Shape);
            weights[gain][0] = Marker;

            KernelSources sources = KernelSources.FromDirectory(directory).Before(KernelSources.Embedded);
            ModelComparison comparison = Compare(weights, type, ComputationKind.Cpu, sources, count: 0);

            Assert.Equal(expected, comparison.FirstBeyond?.Name);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private ModelComparison Compare(RandomWeights weights, ElementType type, ComputationKind against, KernelSources sources, int count)
    {
        using CudaBackend cuda = device.NewBackend(weights, new CudaOptions { WeightType = type, SlotCount = 1, Sources = sources });
        using CpuBackend cpu = CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 2 });
        IComparedModel expected = against == ComputationKind.Cpu ? Side(cpu) : new ComparedReference(weights, type);
        return ModelComparison.Run(Side(cuda), expected, Prompt, count);

        static ComparedBackend Side(IBackend backend) => new(backend, ComparedBackend.ComputationOf(backend));
    }
}
