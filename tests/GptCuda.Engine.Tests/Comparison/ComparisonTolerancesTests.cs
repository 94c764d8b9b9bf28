using GptCuda.Engine.Comparison;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Comparison;

public sealed class ComparisonTolerancesTests
{
    [Theory]
    [InlineData(ComputationKind.Cpu, ElementType.F32, ComputationKind.Reference, ElementType.F32, 1e-4)]
    [InlineData(ComputationKind.Cpu, ElementType.Int8, ComputationKind.Reference, ElementType.Int8, 1e-4)]
    [InlineData(ComputationKind.Cuda, ElementType.F32, ComputationKind.Cpu, ElementType.F32, 1e-4)]
    [InlineData(ComputationKind.Cuda, ElementType.F32, ComputationKind.Reference, ElementType.F32, 1e-4)]
    [InlineData(ComputationKind.Cuda, ElementType.BF16, ComputationKind.Cpu, ElementType.BF16, 2e-2)]
    [InlineData(ComputationKind.Cuda, ElementType.F16, ComputationKind.Reference, ElementType.F16, 2e-2)]
    [InlineData(ComputationKind.Cuda, ElementType.Int8, ComputationKind.Cpu, ElementType.Int8, 2e-2)]
    [InlineData(ComputationKind.Cuda, ElementType.BF16, ComputationKind.Reference, ElementType.F32, 2e-2)]
    [InlineData(ComputationKind.Cpu, ElementType.F16, ComputationKind.Cpu, ElementType.F32, 5e-3)]
    [InlineData(ComputationKind.Cpu, ElementType.F16, ComputationKind.Cpu, ElementType.BF16, 2e-2)]
    [InlineData(ComputationKind.Cpu, ElementType.Int8, ComputationKind.Reference, ElementType.F32, 1e-1)]
    public void Of_Pair_IsTheTables(
        ComputationKind firstKind, ElementType firstType, ComputationKind secondKind, ElementType secondType, double expected)
    {
        Computation first = new(firstKind, firstType), second = new(secondKind, secondType);

        Assert.Equal(expected, ComparisonTolerances.Of(first, second).Share);
        Assert.Equal(ComparisonTolerances.Of(first, second), ComparisonTolerances.Of(second, first));
    }

    [Fact]
    public void Of_AnyPair_HasAReason()
    {
        ElementType[] types = Enum.GetValues<ElementType>();
        Computation[] all = [.. from kind in Enum.GetValues<ComputationKind>() from type in types select new Computation(kind, type)];
        foreach (Computation first in all)
            Assert.All(all, second => Assert.True(ComparisonTolerances.Of(first, second).Reason.Length > 20, $"{first} and {second}"));
    }
}
