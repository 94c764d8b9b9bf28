using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Comparison;

/// <summary>The one table of tolerances between two computations of the same model.</summary>
/// <remarks>
/// A tolerance holds at every point, the logits among them, and is a share of the largest magnitude there: what a sum of many
/// products is off by follows the size of the products, not that of their sum. Measured on the models of tests/data and the shipped
/// one, the worst point of the worst prompt: CPU against reference 2.5e-6 in every type; f32 against f16 7e-4, against bf16 7.4e-3,
/// against int8 4e-2.
/// </remarks>
public static class ComparisonTolerances
{
    private static readonly ComparisonTolerance
        SameNumbers = new(1e-4, "the same weights, and sums in f32 or better: only the order of additions and their rounding differ"),
        SixteenBitInputs = new(2e-2, "the same weights, but a GPU rounds keys, values and the inputs of matrix products to 16 bits"),
        HalfWeights = new(5e-3, "f16 rounds each weight by up to 2^-12 of it"),
        BrainWeights = new(2e-2, "bf16 rounds each weight by up to 2^-9 of it"),
        SixteenBitWeightsOnGpu = new(2e-2, "weights rounded to 16 bits, and on a GPU keys, values and the inputs of matrix products too"),
        ByteWeights = new(1e-1, "int8 rounds each weight by up to 1/254 of the largest in its row, another type far less");

    /// <summary>The tolerance of a pair; the order does not matter.</summary>
    public static ComparisonTolerance Of(Computation first, Computation second)
    {
        bool onGpu = first.Kind == ComputationKind.Cuda || second.Kind == ComputationKind.Cuda;
        bool Has(ElementType type) => first.Type == type || second.Type == type;
        return (first.Type == second.Type, onGpu) switch
        {
            (true, true) when !Has(ElementType.F32) => SixteenBitInputs,
            (true, _) => SameNumbers,
            _ when Has(ElementType.Int8) => ByteWeights,
            (_, true) => SixteenBitWeightsOnGpu,
            _ when Has(ElementType.BF16) => BrainWeights,
            _ => HalfWeights,
        };
    }
}
