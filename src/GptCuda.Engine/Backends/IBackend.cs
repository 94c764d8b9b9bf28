namespace GptCuda.Engine.Backends;

/// <summary>A machine that runs a GPT-2 model: weights in its memory, a KV cache of equal slots, and two verbs.</summary>
/// <remarks>
/// A backend is used by one thread at a time. The interface is at model level, so that each implementation may fuse, capture
/// and overlap as it likes. Results for a sequence do not depend on what else is in the batch.
/// </remarks>
public interface IBackend : IDisposable
{
    /// <summary>The model's shape.</summary>
    GptConfiguration Configuration { get; }

    /// <summary>What computes, for reports: for example <c>CPU, 2 threads, AVX2, bf16</c>.</summary>
    string Description { get; }

    /// <summary>Number of cache slots, each for one sequence of up to the context length.</summary>
    int SlotCount { get; }

    /// <summary>
    /// Runs the model over a ragged batch, appends its keys and values to the slots' caches, and gives the wanted logits.
    /// </summary>
    /// <param name="batch">Tokens with slots and positions; at least one.</param>
    /// <param name="logits">[R, V] row-major, in the order of <see cref="RaggedBatch.LogitRows"/>.</param>
    /// <param name="observer">Sees intermediate values where one is given.</param>
    /// <exception cref="ArgumentException">A token, slot, position or length is out of range; the message has the values.</exception>
    void Forward(RaggedBatch batch, Span<float> logits, IForwardObserver? observer = null);

    /// <summary>
    /// Runs the model as <see cref="Forward"/> does and gives, in place of logits, how unlikely the tokens were that follow.
    /// </summary>
    /// <param name="batch">Tokens with slots and positions; at least one.</param>
    /// <param name="targets">The token after each of <see cref="RaggedBatch.LogitRows"/>, [R].</param>
    /// <param name="likelihoods">Their negative log-likelihoods in nats, [R].</param>
    /// <exception cref="ArgumentException">A token, slot, position or length is out of range; the message has the values.</exception>
    /// <exception cref="InvalidDataException">
    /// A logit is NaN or plus infinity, or all are minus infinity; the message says where.
    /// </exception>
    void Score(RaggedBatch batch, ReadOnlySpan<int> targets, Span<double> likelihoods);

    /// <summary>Feeds each sequence's last token and samples its next one.</summary>
    /// <param name="rows">The sequences, each with a slot of its own.</param>
    /// <param name="sampled">The next token of each, in the same order.</param>
    void Decode(ReadOnlySpan<DecodeRow> rows, Span<int> sampled);

    /// <summary>
    /// Copies the first <paramref name="length"/> positions of one slot's cache to another's, for a prompt that several samples
    /// share.
    /// </summary>
    void CopySlot(int source, int destination, int length);
}
