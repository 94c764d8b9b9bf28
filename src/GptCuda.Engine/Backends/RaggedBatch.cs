namespace GptCuda.Engine.Backends;

/// <summary>
/// The input of a forward pass: tokens of any mixture of sequences, without padding. Prefill, decode and batches of both are
/// the same thing with different lists.
/// </summary>
/// <remarks>
/// Tokens of one sequence stand in order of position, and those already in its slot's cache come before them: the first token
/// of a slot in the batch has the position that equals the number of tokens cached. A token sees the cached ones and those of
/// its own slot before it in the batch. The caller keeps count of what a slot holds; feeding a lower position again overwrites.
/// </remarks>
public readonly ref struct RaggedBatch
{
    /// <summary>Token ids, [T].</summary>
    public required ReadOnlySpan<int> Tokens { get; init; }

    /// <summary>Cache slot of each token's sequence, [T].</summary>
    public required ReadOnlySpan<int> Slots { get; init; }

    /// <summary>Position of each token in its sequence, [T].</summary>
    public required ReadOnlySpan<int> Positions { get; init; }

    /// <summary>Indices into <see cref="Tokens"/>, ascending, of the tokens whose logits are wanted, [R]; may be empty.</summary>
    public required ReadOnlySpan<int> LogitRows { get; init; }
}
