using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Comparison;

/// <summary>What computes, and in which type it holds the weights: what decides how far two results may differ.</summary>
/// <param name="Kind">What computes.</param>
/// <param name="Type">How matrices are held; the reference computes with the values that they have after rounding to it.</param>
public readonly record struct Computation(ComputationKind Kind, ElementType Type)
{
    /// <summary>For example <c>cpu bf16</c>.</summary>
    public override string ToString() => $"{Kind} {Type}".ToLowerInvariant();
}
