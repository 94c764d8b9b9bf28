using GptCuda.Engine.Backends;
using GptCuda.Engine.Sampling;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Comparison;

/// <summary>The reference model in a comparison, with the weights as they are after rounding to a type.</summary>
public sealed class ComparedReference : IComparedModel
{
    private readonly ReferenceModel _model;

    /// <param name="weights">The weights, not rounded; they stay the caller's.</param>
    /// <param name="type">What they are rounded to.</param>
    public ComparedReference(IWeightSource weights, ElementType type)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Configuration = weights.Configuration;
        Computation = new(ComputationKind.Reference, type);
        _model = new ReferenceModel(type == ElementType.F32 ? weights : new RoundedWeights(weights, type));
    }

    /// <inheritdoc/>
    public Computation Computation { get; }

    /// <inheritdoc/>
    public string Description => Computation.Type == ElementType.F32
        ? "reference, double precision"
        : $"reference, double precision, weights rounded to {Computation.Type.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    public GptConfiguration Configuration { get; }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<int> tokens, IForwardObserver observer) => _model.Logits(tokens, observer);

    /// <inheritdoc/>
    public float[] LastLogits(ReadOnlySpan<int> tokens) => Row(_model.Logits(tokens), tokens.Length - 1);

    /// <inheritdoc/>
    /// <remarks>
    /// Each pass computes all positions anew: a continuation to go along with needs one for all tokens, otherwise each has its own.
    /// </remarks>
    public int[] Greedy(ReadOnlySpan<int> prompt, int count, ReadOnlySpan<int> along)
    {
        List<int> sequence = [.. prompt, .. along[..Math.Min(along.Length, count)]];
        int position = prompt.Length, end = prompt.Length + count;
        while (position < end)
        {
            // The last token of all is chosen and never fed.
            int fed = Math.Min(sequence.Count, end - 1);
            double[] logits = _model.Logits(sequence[..fed].ToArray());
            for (; position <= fed; position++)
            {
                float[] row = Row(logits, position - 1);
                int choice = LogitScan.FirstOf(row, LogitScan.Best(row, position));
                if (position == sequence.Count)
                    sequence.Add(choice);
                else if (sequence[position] != choice)
                    return [.. sequence[prompt.Length..position], choice];
            }
        }
        return [.. sequence[prompt.Length..]];
    }

    private float[] Row(double[] logits, int position) => Array.ConvertAll(
        logits[(position * Configuration.VocabularySize)..((position + 1) * Configuration.VocabularySize)], logit => (float)logit);
}
