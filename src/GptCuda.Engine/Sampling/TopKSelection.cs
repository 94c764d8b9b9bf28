using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GptCuda.Engine.Sampling;

/// <summary>The K highest logits of a vocabulary in time that is linear in its size, whatever K is.</summary>
internal static class TopKSelection
{
    /// <summary>Collects the places of the K highest logits and of all that equal the last of them, in no order.</summary>
    /// <param name="logits">[V], none of them NaN.</param>
    /// <param name="k">From 1 to V.</param>
    /// <param name="orders">Scratch and result, [V] or longer.</param>
    /// <returns>How many there are, at least K.</returns>
    public static int Collect(ReadOnlySpan<float> logits, int k, Span<ulong> orders)
    {
        // A logit is collected if it reaches the K-th best of those that came before it. Whenever the collection has doubled, it
        // is cut back and the bar raised; all but the first few vectors are then passed over with one comparison.
        float bar = float.NegativeInfinity;
        int count = 0, limit = Limit(k);
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        int token = 0;
        foreach (var vector in vectors)
        {
            uint reaching = Vector256.GreaterThanOrEqual(vector, Vector256.Create(bar)).ExtractMostSignificantBits();
            for (; reaching != 0; reaching &= reaching - 1)
            {
                int lane = BitOperations.TrailingZeroCount(reaching);
                orders[count++] = TokenOrder.Of(logits[token + lane], token + lane);
            }
            if (count >= limit)
            {
                count = CutBack(orders[..count], k, out bar);
                limit = Limit(count);
            }
            token += Vector256<float>.Count;
        }
        for (; token < logits.Length; token++)
        {
            if (logits[token] >= bar)
                orders[count++] = TokenOrder.Of(logits[token], token);
        }
        return CutBack(orders[..count], k, out _);
    }

    /// <summary>Moves the K first places and those of equal logit to the front.</summary>
    private static int CutBack(Span<ulong> orders, int k, out float bar)
    {
        ulong kth = Nth(orders, k - 1);
        bar = TokenOrder.Logit(kth);
        ulong last = TokenOrder.LastOfSameLogit(kth);
        int kept = k;
        for (int i = k; i < orders.Length; i++)
        {
            if (orders[i] > last)
                continue;
            (orders[kept], orders[i]) = (orders[i], orders[kept]);
            kept++;
        }
        return kept;
    }

    private static int Limit(int count) => Math.Max(2 * count, 256);

    /// <summary>The n-th smallest of distinct values, counted from 0; those before it are moved to its left.</summary>
    internal static ulong Nth(Span<ulong> values, int n)
    {
        Debug.Assert(n >= 0 && n < values.Length);
        int low = 0, high = values.Length - 1;
        // Quickselect; after as many rounds as a run of bad pivots would take, sorting bounds the time.
        for (int rounds = 2 * BitOperations.Log2((uint)values.Length) + 2; high - low > 16 && rounds > 0; rounds--)
        {
            ulong pivot = Median(values[low], values[low + (high - low) / 2], values[high]);
            int left = low, right = high;
            while (left <= right)
            {
                while (values[left] < pivot)
                    left++;
                while (values[right] > pivot)
                    right--;
                if (left > right)
                    break;
                (values[left], values[right]) = (values[right], values[left]);
                left++;
                right--;
            }
            if (n <= right)
                high = right;
            else if (n >= left)
                low = left;
            else
                return values[n];
        }
        values[low..(high + 1)].Sort();
        return values[n];
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
