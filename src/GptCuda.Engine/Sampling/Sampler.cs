using System.Diagnostics;

namespace GptCuda.Engine.Sampling;

/// <summary>Chooses tokens from logits. The arithmetic is defined here once, for every machine that samples.</summary>
/// <remarks>
/// <para>
/// All f32 operations round to nearest even and flush no denormals; all others are on unsigned integers and exact. V is the
/// vocabulary's size.
/// </para>
/// <list type="number">
/// <item>A logit that is NaN or plus infinity is an error. Minus infinity is allowed and never drawn, unless all are, which is an
/// error.</item>
/// <item>Repetition penalty R, where it is not 1: each logit x whose token was seen becomes x / R if x > 0, else x x R, at most the
/// largest finite f32 (one f32 operation, one minimum).</item>
/// <item>Greedy, or temperature 0: the highest logit, of those equal the lowest id. Done.</item>
/// <item>The order of tokens is by logit, descending, then by id, ascending; -0 equals +0.</item>
/// <item>Top-k, where K is above 0 and below V: what lies below the K-th logit in the order is dropped; what equals it stays.</item>
/// <item>Weights: with m the highest logit and s = <see cref="TokenWeight.Scale"/> of the temperature, t = (x - m) x s in two f32
/// operations, and the weight is <see cref="TokenWeight.Of"/> t, a multiple of 2^-40 as an integer; the best has 2^40.</item>
/// <item>Top-p, where P is below 1: with S the sum of the weights and q = <see cref="Share"/> of P, a multiple of 2^-32, going down
/// the order, <see cref="TopPRule.HuggingFace"/> keeps a token while the sum of those before it is below S x q,
/// <see cref="TopPRule.OpenAI"/> while the sum that includes it is at most S x q; both keep the first. S x q has 32 binary places and
/// is compared exactly, which is to say, with its ceiling or its floor.</item>
/// <item>Min-p, where M is above 0: what weighs less than floor(M x 2^40) is dropped.</item>
/// <item>Draw: with S the sum of the weights that are left and u the 64 bits of <see cref="Philox.Draw"/> for seed, sequence and
/// position, the token is the first in the order with which the running sum is above floor(u x S / 2^64).</item>
/// </list>
/// <para>
/// An instance owns its scratch memory, allocates nothing after construction, and is used by one thread at a time.
/// </para>
/// </remarks>
public sealed class Sampler
{
    private readonly float[] _penalized;
    private readonly ulong[] _best;
    private readonly WeightedTokens _tokens;

    /// <param name="vocabularySize">V; every logits span has this length.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is not from 1 to 2^23, beyond which sums of weights could overflow.
    /// </exception>
    public Sampler(int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabularySize, 1 << 23);
        _penalized = new float[vocabularySize];
        _best = new ulong[vocabularySize];
        _tokens = new WeightedTokens(vocabularySize);
    }

    /// <summary>A share from 0 to 1 as a multiple of 2^-32, rounded to nearest even.</summary>
    public static ulong Share(float share) => (ulong)Math.Round(share * 4294967296.0);

    /// <summary>Chooses the token of a position.</summary>
    /// <param name="logits">[V], as the model gave them.</param>
    /// <param name="sampling">The sequence: its options, its random stream, and the tokens it has seen.</param>
    /// <param name="position">The position that the token will have, for the random stream and for messages.</param>
    /// <returns>The token's id.</returns>
    /// <exception cref="ArgumentException">The number of logits is not V.</exception>
    /// <exception cref="InvalidDataException">
    /// A logit is NaN or plus infinity, or all are minus infinity; the message says where.
    /// </exception>
    public int Sample(ReadOnlySpan<float> logits, SequenceSampling sampling, int position)
    {
        var options = sampling.Options;
        logits = Penalize(logits, sampling, position);
        float highest = LogitScan.Best(logits, position);
        if (options.IsGreedy)
            return LogitScan.FirstOf(logits, highest);
        Filter(logits, highest, options);
        ulong draw = Philox.Draw(sampling.Seed, sampling.Sequence, (uint)position);
        return TokenOrder.Token(_tokens.Find(Math.BigMul(draw, _tokens.Total, out _)));
    }

    /// <summary>The probabilities from which <see cref="Sample"/> draws.</summary>
    /// <param name="logits">[V], as the model gave them.</param>
    /// <param name="sampling">The sequence; its random stream does not matter.</param>
    /// <param name="position">The position that the token will have, for messages.</param>
    /// <param name="probabilities">[V]; receives the probabilities, 0 for what was filtered out. They sum to 1.</param>
    /// <exception cref="ArgumentException">The number of logits or of probabilities is not V.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Sample"/>.</exception>
    public void Distribution(ReadOnlySpan<float> logits, SequenceSampling sampling, int position, Span<double> probabilities)
    {
        if (probabilities.Length != _penalized.Length)
            throw new ArgumentException(
                $"expected room for {_penalized.Length} probabilities, found {probabilities.Length}", nameof(probabilities));
        var options = sampling.Options;
        logits = Penalize(logits, sampling, position);
        float highest = LogitScan.Best(logits, position);
        probabilities.Clear();
        if (options.IsGreedy)
        {
            probabilities[LogitScan.FirstOf(logits, highest)] = 1;
            return;
        }
        Filter(logits, highest, options);
        for (int i = 0; i < _tokens.Orders.Length; i++)
            probabilities[TokenOrder.Token(_tokens.Orders[i])] = (double)_tokens.Weights[i] / _tokens.Total;
    }

    private ReadOnlySpan<float> Penalize(ReadOnlySpan<float> logits, SequenceSampling sampling, int position)
    {
        if (logits.Length != _penalized.Length)
            throw new ArgumentException($"expected {_penalized.Length} logits, found {logits.Length}", nameof(logits));
        float penalty = sampling.Options.RepetitionPenalty;
        if (penalty == 1 || sampling.Seen.IsEmpty)
            return logits;
        // Before the penalty, whose minimum would hide an infinity.
        LogitScan.Best(logits, position);
        logits.CopyTo(_penalized);
        foreach (int token in sampling.Seen)
        {
            float logit = _penalized[token];
            _penalized[token] = Math.Min(logit > 0 ? logit / penalty : logit * penalty, float.MaxValue);
        }
        return _penalized;
    }

    /// <summary>Leaves in <see cref="_tokens"/> what may be drawn.</summary>
    private void Filter(ReadOnlySpan<float> logits, float highest, SamplingOptions options)
    {
        float scale = TokenWeight.Scale(options.Temperature);
        _tokens.Clear();
        if (options.TopK > 0 && options.TopK < logits.Length)
        {
            int count = TopKSelection.Collect(logits, options.TopK, _best);
            foreach (ulong order in _best.AsSpan(0, count))
                _tokens.Add(order, (TokenOrder.Logit(order) - highest) * scale);
        }
        else
        {
            for (int token = 0; token < logits.Length; token++)
                _tokens.Add(TokenOrder.Of(logits[token], token), (logits[token] - highest) * scale);
        }
        Debug.Assert(_tokens.Total >= TokenWeight.One);

        ulong last = options.TopP < 1 ? LastOfTopP(Share(options.TopP), options.TopPRule) : ulong.MaxValue;
        ulong least = (ulong)((double)options.MinP * TokenWeight.One);
        if (last != ulong.MaxValue || least != 0)
            _tokens.Keep(last, least);
    }

    /// <summary>The last place that top-p keeps.</summary>
    private ulong LastOfTopP(ulong share, TopPRule rule)
    {
        ulong high = Math.BigMul(_tokens.Total, share, out ulong low);
        ulong floor = high << 32 | low >> 32;
        bool exact = (uint)low == 0;
        if (rule == TopPRule.HuggingFace)
        {
            // The sum reaches S x q where it is above its ceiling less one.
            ulong ceiling = exact ? floor : floor + 1;
            return _tokens.Find(Math.Max(ceiling, 1) - 1);
        }
        ulong crossing = _tokens.Find(floor);
        return floor < TokenWeight.One ? crossing : crossing - 1;
    }
}
