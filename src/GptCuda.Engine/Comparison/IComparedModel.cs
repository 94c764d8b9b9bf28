using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Comparison;

/// <summary>One side of a comparison: a model and what computes it.</summary>
public interface IComparedModel
{
    /// <summary>What computes, and in which type.</summary>
    Computation Computation { get; }

    /// <summary>What computes, for people: for example <c>CPU, 2 threads, AVX2, bf16</c>.</summary>
    string Description { get; }

    /// <summary>The model's shape.</summary>
    GptConfiguration Configuration { get; }

    /// <summary>Runs the model over a sequence, the logits of all positions wanted.</summary>
    /// <param name="tokens">Ids, [T], from one to the context length.</param>
    /// <param name="observer">Sees the values at every point that this model offers.</param>
    void Run(ReadOnlySpan<int> tokens, IForwardObserver observer);

    /// <summary>Logits of the last position of a sequence, [V].</summary>
    /// <param name="tokens">Ids, [T], from one to the context length.</param>
    float[] LastLogits(ReadOnlySpan<int> tokens);

    /// <summary>Continues a sequence by the highest logit, of equal ones the lowest id, and past the end-of-text token.</summary>
    /// <param name="prompt">Ids, [T], at least one.</param>
    /// <param name="count">Tokens wanted; together with the prompt no more than the context length.</param>
    /// <param name="along">Another's continuation: this one ends with the first token that differs from it.</param>
    /// <returns>The continuation.</returns>
    int[] Greedy(ReadOnlySpan<int> prompt, int count, ReadOnlySpan<int> along);
}
