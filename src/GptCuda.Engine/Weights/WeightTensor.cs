using System.Collections.Immutable;

namespace GptCuda.Engine.Weights;

/// <summary>A tensor of a model: its Hugging Face name without the prefix <c>transformer.</c>, how it is stored, and its shape.</summary>
/// <param name="Name">For example <c>h.0.attn.c_attn.weight</c>.</param>
/// <param name="StoredType">Element type in the source; <see cref="ElementType.F32"/> for a source that computes its values.</param>
/// <param name="Shape">Row-major extents; matrices of the blocks are [in, out], embeddings [rows, C].</param>
public sealed record WeightTensor(string Name, ElementType StoredType, ImmutableArray<long> Shape)
{
    /// <summary>Product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>
    /// Checks that elements <paramref name="first"/> up to <paramref name="first"/> + <paramref name="count"/> are the tensor's.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not.</exception>
    internal void CheckRange(long first, long count)
    {
        if (first < 0 || count < 0 || first > ElementCount - count)
            throw new ArgumentOutOfRangeException(nameof(first), first, $"{Name} has {ElementCount} elements; {count} were asked for");
    }
}
