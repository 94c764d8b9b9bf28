using System.Collections.Immutable;

namespace GptCuda.Engine.Weights;

/// <summary>A tensor that a configuration calls for.</summary>
/// <param name="Name">Hugging Face name without the prefix <c>transformer.</c>, for example <c>h.0.attn.c_attn.weight</c>.</param>
/// <param name="Shape">Row-major extents; matrices of the blocks are [in, out], embeddings [rows, C].</param>
public readonly record struct WeightShape(string Name, ImmutableArray<long> Shape);
