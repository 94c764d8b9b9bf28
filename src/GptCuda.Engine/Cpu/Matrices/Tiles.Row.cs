using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>
/// One row over any number of columns: attention, and panels that are too few or too wide for the vectors to be read side by side.
/// </content>
internal static unsafe partial class Tiles<TLanes, TVector>
{
    /// <summary>Runs one row over any number of columns of weights in a stored format.</summary>
    /// <param name="a">Activations, [depth].</param>
    /// <param name="b">Weights, [depth][columns].</param>
    /// <param name="bStride">From a row of b to the next, in bytes.</param>
    /// <param name="c">Sums so far, [columns]; updated.</param>
    /// <param name="depth">Steps of k.</param>
    /// <param name="columns">A multiple of 32.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<TFormat>(float* a, byte* b, nint bStride, float* c, int depth, int columns)
        where TFormat : IWeightFormat
    {
        int j = 0;
        for (; j + (8 * TLanes.Count) <= columns; j += 8 * TLanes.Count)
            Row8<TFormat>(a, b + ((nint)j * TFormat.Size), bStride, c + j, depth);
        for (; j + (4 * TLanes.Count) <= columns; j += 4 * TLanes.Count)
            Row4<TFormat>(a, b + ((nint)j * TFormat.Size), bStride, c + j, depth);
        for (; j < columns; j += 2 * TLanes.Count)
            Row2<TFormat>(a, b + ((nint)j * TFormat.Size), bStride, c + j, depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row2<TFormat>(float* a, byte* b, nint bStride, float* c, int depth)
        where TFormat : IWeightFormat
    {
        nint vector = TLanes.Count * TFormat.Size;
        TVector c0 = TLanes.Load(c);
        TVector c1 = TLanes.Load(c + TLanes.Count);
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            c0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), c0);
            c1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), c1);
            a++;
            b += bStride;
        }

        TLanes.Store(c0, c);
        TLanes.Store(c1, c + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row4<TFormat>(float* a, byte* b, nint bStride, float* c, int depth)
        where TFormat : IWeightFormat
    {
        nint vector = TLanes.Count * TFormat.Size;
        TVector c0 = TLanes.Load(c);
        TVector c1 = TLanes.Load(c + TLanes.Count);
        TVector c2 = TLanes.Load(c + (2 * TLanes.Count));
        TVector c3 = TLanes.Load(c + (3 * TLanes.Count));
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            c0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), c0);
            c1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), c1);
            c2 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (2 * vector)), c2);
            c3 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (3 * vector)), c3);
            a++;
            b += bStride;
        }

        TLanes.Store(c0, c);
        TLanes.Store(c1, c + TLanes.Count);
        TLanes.Store(c2, c + (2 * TLanes.Count));
        TLanes.Store(c3, c + (3 * TLanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row8<TFormat>(float* a, byte* b, nint bStride, float* c, int depth)
        where TFormat : IWeightFormat
    {
        nint vector = TLanes.Count * TFormat.Size;
        TVector c0 = TLanes.Load(c);
        TVector c1 = TLanes.Load(c + TLanes.Count);
        TVector c2 = TLanes.Load(c + (2 * TLanes.Count));
        TVector c3 = TLanes.Load(c + (3 * TLanes.Count));
        TVector c4 = TLanes.Load(c + (4 * TLanes.Count));
        TVector c5 = TLanes.Load(c + (5 * TLanes.Count));
        TVector c6 = TLanes.Load(c + (6 * TLanes.Count));
        TVector c7 = TLanes.Load(c + (7 * TLanes.Count));
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            c0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), c0);
            c1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), c1);
            c2 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (2 * vector)), c2);
            c3 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (3 * vector)), c3);
            c4 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (4 * vector)), c4);
            c5 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (5 * vector)), c5);
            c6 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (6 * vector)), c6);
            c7 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (7 * vector)), c7);
            a++;
            b += bStride;
        }

        TLanes.Store(c0, c);
        TLanes.Store(c1, c + TLanes.Count);
        TLanes.Store(c2, c + (2 * TLanes.Count));
        TLanes.Store(c3, c + (3 * TLanes.Count));
        TLanes.Store(c4, c + (4 * TLanes.Count));
        TLanes.Store(c5, c + (5 * TLanes.Count));
        TLanes.Store(c6, c + (6 * TLanes.Count));
        TLanes.Store(c7, c + (7 * TLanes.Count));
    }
}
