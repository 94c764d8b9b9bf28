using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Vectors;

/// <summary>Sums over a row in sixteen interleaved parts, whatever the width of the vectors, and LayerNorm with them.</summary>
internal static unsafe class LayerNorm<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>(x - mean) / sqrt(variance + epsilon) * scale + offset; the variance in a second pass over the differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, NormWeights weights, float* destination, int width, float epsilon)
    {
        float mean = Rows<TLanes, TVector>.Sum(x, width) / width;
        float variance = Rows<TLanes, TVector>.SumOfSquares(x, mean, width) / width;
        float factor = 1 / MathF.Sqrt(variance + epsilon);
        int i = 0;
        for (; i <= width - TLanes.Count; i += TLanes.Count)
            Scale<TLanes, TVector>(x + i, mean, factor, weights.Scale + i, weights.Offset + i, destination + i);
        for (; i < width; i++)
            Scale<LanesScalar, float>(x + i, mean, factor, weights.Scale + i, weights.Offset + i, destination + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale<TL, TV>(float* x, float mean, float factor, float* scale, float* offset, float* destination)
        where TL : ILanes<TV>
        where TV : struct
    {
        TV normalized = TL.Multiply(TL.Subtract(TL.Load(x), TL.Broadcast(mean)), TL.Broadcast(factor));
        TL.Store(TL.FusedMultiplyAdd(normalized, TL.Load(scale), TL.Load(offset)), destination);
    }
}
