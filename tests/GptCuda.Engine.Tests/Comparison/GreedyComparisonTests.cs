using GptCuda.Engine.Comparison;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Tests.Generation;
using GptCuda.Engine.Tests.Reference;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Comparison;

public sealed class GreedyComparisonTests
{
    private static readonly GptConfiguration Shape = new()
    {
        VocabularySize = 5,
        ContextLength = 32,
        Width = 4,
        HeadCount = 1,
        LayerCount = 1,
        InnerSize = 4,
    };

    [Theory]
    [InlineData(ComputationKind.Cpu, ComputationKind.Cpu)]
    [InlineData(ComputationKind.Reference, ComputationKind.Cpu)]
    public void Run_LogitsThatPartAtTheFourthToken_TellsBothMargins(ComputationKind firstKind, ComputationKind secondKind)
    {
        // Token 1 is followed by 2, that by 3 …; after six tokens of history one side prefers 0, the other 4.
        ComparedBackend first = Side(firstKind, history => history.Length == 6 ? [3, 0, 0, 1, 2.5f] : Next(history));
        ComparedBackend second = Side(secondKind, history => history.Length == 6 ? [2, 0, -5, 1.75f, 4] : Next(history));

        GreedyComparison comparison = GreedyComparison.Run(first, second, [0, 1, 2], 9, tolerance: 0.25);

        Assert.Equal(3, comparison.Same);
        Assert.Equal([3, 4, 0, 0], comparison.First);
        Assert.Equal([3, 4, 0, 4], comparison.Second);
        GreedyDivergence divergence = comparison.Divergence!;
        Assert.Equal(new GreedyChoice(0, 3, 0.5, 0.5), divergence.First);
        Assert.Equal(new GreedyChoice(4, 4, 2, 2), divergence.Second);
        // Twice a quarter of 5, the largest magnitude.
        Assert.Equal(2.5, divergence.Allowed);
        Assert.True(divergence.IsWithin);
        Assert.False((divergence with { Allowed = 1.9 }).IsWithin);
    }

    [Fact]
    public void Run_SameLogits_IsTheSameToTheEnd()
    {
        ComparedBackend first = Side(ComputationKind.Cpu, Next), second = Side(ComputationKind.Cuda, Next);

        GreedyComparison comparison = GreedyComparison.Run(first, second, [0, 1, 2], 9, 1e-4);

        Assert.Null(comparison.Divergence);
        Assert.Equal([3, 4, 0, 1, 2, 3, 4, 0, 1], comparison.First);
        Assert.Equal(comparison.First, comparison.Second);
        Assert.Equal(9, comparison.Same);
    }

    [Fact]
    public void Run_LastTokenDiffers_IsADivergence()
    {
        ComparedBackend other = Side(ComputationKind.Cpu, history => history.Length == 5 ? [0, 0, 0, 1, 0] : Next(history));

        GreedyComparison comparison = GreedyComparison.Run(Side(ComputationKind.Cpu, Next), other, [0, 1, 2], 3, 1e-4);

        Assert.Equal(2, comparison.Same);
        Assert.Equal([3, 4, 0], comparison.First);
        Assert.Equal([3, 4, 3], comparison.Second);
    }

    [Fact]
    public void Greedy_ReferenceAloneAndAlong_IsTheGoldenContinuation()
    {
        using IWeightSource weights = WeightSource.Open(Repository.TestData("models", "hf-sharded"));
        var reference = new ComparedReference(weights, ElementType.F32);
        using CpuBackend backend = CpuBackend.Create(weights, new CpuOptions { Threads = 2 });
        var cpu = new ComparedBackend(backend, ComparedBackend.ComputationOf(backend));
        GoldenCase golden = GoldenCase.Load("models", "hf-sharded").First(item => item.Greedy.Length > 5);
        int count = golden.Greedy.Length;
        int[] wrong = [.. golden.Greedy];
        wrong[3] ^= 1;
        foreach (IComparedModel model in (IComparedModel[])[reference, cpu])
        {
            Assert.Equal(golden.Greedy, model.Greedy(golden.Prompt, count, []));
            Assert.Equal(golden.Greedy, model.Greedy(golden.Prompt, count, golden.Greedy));
            Assert.Equal(golden.Greedy, model.Greedy(golden.Prompt, count, golden.Greedy.AsSpan(0, 2)));
            Assert.Equal(golden.Greedy[..4], model.Greedy(golden.Prompt, count, wrong));
            Assert.Equal(golden.Greedy[..1], model.Greedy(golden.Prompt, 1, golden.Greedy));
            Assert.Empty(model.Greedy(golden.Prompt, 0, []));
        }
    }

    private static ComparedBackend Side(ComputationKind kind, Func<int[], float[]> logitsAfter) =>
        new(new HistoryBackend(Shape, slots: 1, logitsAfter), new(kind, ElementType.F32));

    private static float[] Next(int[] history)
    {
        var logits = new float[Shape.VocabularySize];
        logits[(history[^1] + 1) % logits.Length] = 1;
        return logits;
    }
}
