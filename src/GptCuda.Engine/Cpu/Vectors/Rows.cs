using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>
/// Sums and maxima over a row. A sum is sixteen sums, number i going to the i mod 16th, added up at the end in a fixed order: the
/// same bits at every vector width.
/// </summary>
internal static unsafe class Rows<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Parts = 16;

    /// <summary>The sum of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* x, int count)
    {
        float* parts = stackalloc float[Parts];
        int whole = count & -Parts;
        for (int part = 0; part < Parts; part += TLanes.Count)
        {
            TVector sum = TLanes.Broadcast(0);
            for (int i = part; i < whole; i += Parts)
                sum = TLanes.Add(sum, TLanes.Load(x + i));
            TLanes.Store(sum, parts + part);
        }

        for (int i = whole; i < count; i++)
            parts[i - whole] += x[i];
        return AddUp(parts);
    }

    /// <summary>The sum of (x - mean)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfSquares(float* x, float mean, int count)
    {
        float* parts = stackalloc float[Parts];
        int whole = count & -Parts;
        for (int part = 0; part < Parts; part += TLanes.Count)
        {
            TVector sum = TLanes.Broadcast(0);
            for (int i = part; i < whole; i += Parts)
            {
                TVector difference = TLanes.Subtract(TLanes.Load(x + i), TLanes.Broadcast(mean));
                sum = TLanes.FusedMultiplyAdd(difference, difference, sum);
            }

            TLanes.Store(sum, parts + part);
        }

        for (int i = whole; i < count; i++)
            parts[i - whole] = MathF.FusedMultiplyAdd(x[i] - mean, x[i] - mean, parts[i - whole]);
        return AddUp(parts);
    }

    /// <summary>
    /// Turns scores into e^(factor * score - maximum) and gives one over their sum. The row has room up to a multiple of sixteen,
    /// which is filled with zeros.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials(float* scores, int count, float factor)
    {
        int filled = (count + Parts - 1) & -Parts;
        for (int i = count; i < filled; i++)
            scores[i] = float.NegativeInfinity;
        TVector scale = TLanes.Broadcast(factor), greatest = TLanes.Broadcast(float.NegativeInfinity);
        for (int i = 0; i < filled; i += TLanes.Count)
        {
            // Only the filling is minus infinity before it is scaled, and the factor is positive.
            TVector scaled = TLanes.Multiply(TLanes.Load(scores + i), scale);
            TLanes.Store(scaled, scores + i);
            greatest = TLanes.Max(greatest, scaled);
        }

        float* lanes = stackalloc float[Parts];
        TLanes.Store(greatest, lanes);
        float maximum = lanes[0];
        for (int i = 1; i < TLanes.Count; i++)
            maximum = MathF.Max(maximum, lanes[i]);

        for (int part = 0; part < Parts; part += TLanes.Count)
        {
            TVector sum = TLanes.Broadcast(0);
            for (int i = part; i < filled; i += Parts)
            {
                TVector weight = Elementary<TLanes, TVector>.Exp(TLanes.Subtract(TLanes.Load(scores + i), TLanes.Broadcast(maximum)));
                TLanes.Store(weight, scores + i);
                sum = TLanes.Add(sum, weight);
            }

            TLanes.Store(sum, lanes + part);
        }

        return 1 / AddUp(lanes);
    }

    private static float AddUp(float* parts)
    {
        for (int half = Parts / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                parts[i] += parts[i + half];
        }

        return parts[0];
    }
}
