using System.Diagnostics;

namespace GptCuda.Engine.Sampling;

/// <summary>
/// The tokens that may be drawn, with their weights, and the one question asked of them: which token, going down the order, makes
/// the sum of weights pass a number. Answered without sorting them all.
/// </summary>
internal sealed class WeightedTokens
{
    // A weight is 0 below t = -41, so these buckets, equal in t, cover all that can be drawn; t falls along the order, and so the
    // buckets lie one after the other in it.
    private const int BucketsPerUnit = 32;
    private const int BucketCount = 42 * BucketsPerUnit;

    private readonly ulong[] _orders;
    private readonly ulong[] _weights;
    private readonly ushort[] _buckets;
    private readonly ulong[] _bucketWeights = new ulong[BucketCount];
    private readonly ulong[] _crossingOrders;
    private readonly ulong[] _crossingWeights;
    private int _count;

    public WeightedTokens(int vocabularySize)
    {
        _orders = new ulong[vocabularySize];
        _weights = new ulong[vocabularySize];
        _buckets = new ushort[vocabularySize];
        _crossingOrders = new ulong[vocabularySize];
        _crossingWeights = new ulong[vocabularySize];
    }

    /// <summary>Sum of the weights.</summary>
    public ulong Total { get; private set; }

    /// <summary>The tokens' places in the order, in no order themselves.</summary>
    public ReadOnlySpan<ulong> Orders => _orders.AsSpan(0, _count);

    /// <summary>The weights, beside <see cref="Orders"/>; none of them 0.</summary>
    public ReadOnlySpan<ulong> Weights => _weights.AsSpan(0, _count);

    public void Clear()
    {
        _count = 0;
        Total = 0;
        Array.Clear(_bucketWeights);
    }

    /// <summary>Adds a token, unless its weight is 0.</summary>
    /// <param name="order">Its place.</param>
    /// <param name="t">Its exponent, see <see cref="TokenWeight.Of"/>.</param>
    public void Add(ulong order, float t)
    {
        ulong weight = TokenWeight.Of(t);
        if (weight == 0)
            return;
        int bucket = (int)(t * -BucketsPerUnit);
        _orders[_count] = order;
        _weights[_count] = weight;
        _buckets[_count] = (ushort)bucket;
        _count++;
        _bucketWeights[bucket] += weight;
        Total += weight;
    }

    /// <summary>Keeps the tokens at or before a place that have at least a weight.</summary>
    public void Keep(ulong lastOrder, ulong leastWeight)
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_orders[i] <= lastOrder && _weights[i] >= leastWeight)
            {
                (_orders[kept], _weights[kept], _buckets[kept]) = (_orders[i], _weights[i], _buckets[i]);
                kept++;
            }
            else
            {
                Total -= _weights[i];
                _bucketWeights[_buckets[i]] -= _weights[i];
            }
        }
        _count = kept;
    }

    /// <summary>The place of the first token in the order with which the sum of weights is above <paramref name="target"/>.</summary>
    /// <param name="target">Below <see cref="Total"/>.</param>
    public ulong Find(ulong target)
    {
        Debug.Assert(target < Total);
        int bucket = 0;
        ulong sum = 0;
        while (sum + _bucketWeights[bucket] <= target)
            sum += _bucketWeights[bucket++];

        int crossing = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_buckets[i] == bucket)
            {
                _crossingOrders[crossing] = _orders[i];
                _crossingWeights[crossing++] = _weights[i];
            }
        }
        Array.Sort(_crossingOrders, _crossingWeights, 0, crossing);
        int at = 0;
        while (sum + _crossingWeights[at] <= target)
            sum += _crossingWeights[at++];
        return _crossingOrders[at];
    }
}
