using GptCuda.Engine.Backends;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Tests.Cpu;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Comparison;

public sealed class ModelComparisonTests
{
    private static readonly GptConfiguration Shape = RandomWeights.Shape(layers: 3);

    private static readonly int[] Prompt = RandomWeights.Tokens(19, Shape.VocabularySize, seed: 3);

    public static TheoryData<ElementType> Types => [.. Enum.GetValues<ElementType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Run_CpuAgainstReference_HasEveryPointWithin(ElementType type)
    {
        using var weights = new RandomWeights(Shape);

        ModelComparison comparison = AgainstReference(weights, weights, type, count: 6);

        Assert.True(comparison.IsWithin, $"{comparison.FirstBeyond}");
        Assert.Equal(Names(), comparison.Points.Select(point => point.Name));
        Assert.Empty(comparison.OnlyFirst);
        Assert.Empty(comparison.OnlySecond);
        Assert.All(comparison.Points, point => Assert.Equal(Prompt.Length, point.Rows));
        Assert.Equal(Shape.VocabularySize, comparison.Points[^1].Columns);
        // Double precision against f32: nothing is exactly alike but, at times, an embedding.
        Assert.All(comparison.Points.Skip(1), point => Assert.InRange(point.ShareOfLargest, double.Epsilon, 1e-4));
        Assert.Equal(6, comparison.Greedy!.First.Count);
        Assert.Equal(Prompt, comparison.Tokens);
    }

    /// <summary>What one tensor reaches first: everything before must be within, that point beyond.</summary>
    [Theory]
    [InlineData("wpe.weight", "embedding")]
    [InlineData("h.0.ln_1.weight", "h.0 query")]
    [InlineData("h.2.ln_1.weight", "h.2 query")]
    [InlineData("h.1.ln_1.bias", "h.1 query")]
    [InlineData("h.1.ln_2.weight", "h.1 residual after mlp")]
    [InlineData("h.2.ln_2.bias", "h.2 residual after mlp")]
    [InlineData("h.1.attn.c_proj.weight", "h.1 residual after attention")]
    [InlineData("h.0.mlp.c_fc.bias", "h.0 residual after mlp")]
    [InlineData("ln_f.weight", "logits")]
    public void Run_OneTensorAltered_NamesTheFirstPointThatItReaches(string tensor, string expected)
    {
        using RandomWeights sound = new(Shape), altered = new(Shape);
        foreach (ref float value in altered[tensor].AsSpan())
            value += 0.01f;

        ModelComparison comparison = AgainstReference(altered, sound, ElementType.F32);

        Assert.False(comparison.IsWithin);
        Assert.Equal(expected, comparison.FirstBeyond!.Name);
        Assert.All(comparison.Points.TakeWhile(point => point.Name != expected), point => Assert.True(point.IsWithin, point.Name));
    }

    [Theory]
    [InlineData(0, "query")]
    [InlineData(1, "key")]
    [InlineData(2, "value")]
    public void Run_OneThirdOfTheProjectionAltered_NamesQueryKeyOrValue(int third, string expected)
    {
        using RandomWeights sound = new(Shape), altered = new(Shape);
        altered["h.1.attn.c_attn.bias"][(third * Shape.Width) + 7] += 0.1f;

        PointComparison beyond = AgainstReference(altered, sound, ElementType.F32).FirstBeyond!;

        Assert.Equal($"h.1 {expected}", beyond.Name);
        Assert.Equal(7, beyond.WorstColumn);
        // The f32 rounding of values near 1.
        Assert.Equal(0.1, beyond.WorstFirst - beyond.WorstSecond, 1e-5);
        Assert.Equal(0.1, beyond.MaxAbsolute, 1e-5);
    }

    [Fact]
    public void Run_NotANumber_IsBeyondAnyToleranceAndHasNoText()
    {
        using RandomWeights sound = new(Shape), broken = new(Shape);
        broken["h.1.mlp.c_proj.bias"][5] = float.NaN;
        foreach (bool first in (bool[])[true, false])
        {
            ModelComparison comparison = AgainstReference(first ? broken : sound, first ? sound : broken, ElementType.F32, count: 4);

            PointComparison beyond = comparison.FirstBeyond!;
            Assert.Equal("h.1 residual after mlp", beyond.Name);
            Assert.Equal((0, 5), (beyond.WorstRow, beyond.WorstColumn));
            Assert.Equal(double.PositiveInfinity, beyond.MaxAbsolute);
            Assert.Equal(first, float.IsNaN(beyond.WorstFirst));
            Assert.Null(comparison.Greedy);
            Assert.False(comparison.IsWithin);
        }
    }

    [Fact]
    public void Run_TwoTypesOnTheCpu_IsJudgedByTheWiderTolerance()
    {
        using var weights = new RandomWeights(Shape);
        using CpuBackend wide = Backend(weights, ElementType.F32), narrow = Backend(weights, ElementType.BF16);

        ModelComparison comparison = ModelComparison.Run(Side(narrow), Side(wide), Prompt, 0);

        Assert.True(comparison.IsWithin, $"{comparison.FirstBeyond}");
        Assert.Equal(2e-2, comparison.Tolerance.Share);
        Assert.True(comparison.Points[^1].ShareOfLargest > 1e-4, "bf16 and f32 would pass as the same numbers");
    }

    [Fact]
    public void Run_OneSideOffersFewerPoints_ComparesTheOthersAndSaysWhich()
    {
        using var weights = new RandomWeights(Shape);
        using CpuBackend backend = Backend(weights, ElementType.F32);
        var fewer = new FewerPoints(new ComparedReference(weights, ElementType.F32), ForwardPoint.Attention, ForwardPoint.Embedding);

        ModelComparison comparison = ModelComparison.Run(Side(backend), fewer, Prompt, 0);
        ModelComparison reversed = ModelComparison.Run(fewer, Side(backend), Prompt, 0);

        string[] missing = ["embedding", "h.0 attention", "h.1 attention", "h.2 attention"];
        Assert.Equal(missing, comparison.OnlyFirst);
        Assert.Equal(missing, reversed.OnlySecond);
        Assert.Equal(Names().Except(missing), comparison.Points.Select(point => point.Name));
        var none = new FewerPoints(fewer, Enum.GetValues<ForwardPoint>());
        var nothing = Assert.Throws<InvalidOperationException>(() => ModelComparison.Run(Side(backend), none, Prompt, 0));
        Assert.Contains("no point", nothing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WholeContext_HasPointsAndNoText()
    {
        using var weights = new RandomWeights(Shape);
        int[] tokens = RandomWeights.Tokens(Shape.ContextLength, Shape.VocabularySize, seed: 2);
        using CpuBackend backend = Backend(weights, ElementType.F32);

        var reference = new ComparedReference(weights, ElementType.F32);

        ModelComparison full = ModelComparison.Run(Side(backend), reference, tokens, 8);
        ModelComparison room = ModelComparison.Run(Side(backend), reference, tokens.AsSpan(0, tokens.Length - 3), 8);

        Assert.True(full.IsWithin);
        Assert.Null(full.Greedy);
        Assert.Equal(3, room.Greedy!.First.Count);
    }

    [Fact]
    public void Run_WhatDoesNotServe_SaysValues()
    {
        using RandomWeights weights = new(Shape), wider = new(Shape with { InnerSize = 84 });
        using CpuBackend backend = Backend(weights, ElementType.F32);
        var reference = new ComparedReference(weights, ElementType.F32);

        string shapes = Assert.Throws<ArgumentException>(
            () => ModelComparison.Run(Side(backend), new ComparedReference(wider, ElementType.F32), Prompt, 0)).Message;
        Assert.Contains("inner size 83 and 84", shapes, StringComparison.Ordinal);
        foreach (int count in (int[])[0, 71])
        {
            var exception = Assert.Throws<ArgumentException>(() => ModelComparison.Run(Side(backend), reference, new int[count], 0));
            Assert.Contains($"{count} tokens", exception.Message, StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelComparison.Run(Side(backend), reference, Prompt, -1));
    }

    private static ComparedBackend Side(IBackend backend) => new(backend, ComparedBackend.ComputationOf(backend));

    private static CpuBackend Backend(RandomWeights weights, ElementType type) =>
        CpuBackend.Create(weights, new CpuOptions { WeightType = type, Threads = 2 });

    private static ModelComparison AgainstReference(RandomWeights judged, RandomWeights expected, ElementType type, int count = 0)
    {
        using CpuBackend backend = Backend(judged, type);
        return ModelComparison.Run(Side(backend), new ComparedReference(expected, type), Prompt, count);
    }

    private static IEnumerable<string> Names() =>
    [
        "embedding",
        .. from layer in Enumerable.Range(0, Shape.LayerCount)
           from point in (string[])["query", "key", "value", "attention", "residual after attention", "residual after mlp"]
           select $"h.{layer} {point}",
        "logits",
    ];
}
