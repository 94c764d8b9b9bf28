using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>
/// One row over neighbouring panels at once, each a stream of its own: a matrix-vector product is bound by reading the weights, and
/// processors fetch several streams further ahead than one. It takes them in their stored format and converts them in registers.
/// </content>
internal static unsafe partial class Tiles<TLanes, TVector>
{
    /// <summary>Panels that are read side by side: twelve chains, which cover the FMA units' latency, in sixteen registers.</summary>
    public static int PanelsAtOnce => TLanes.Count switch
    {
        16 => 6,
        8 => 3,
        _ => 1,
    };

    /// <summary>Runs one row over some panels.</summary>
    /// <param name="a">Activations, [depth].</param>
    /// <param name="b">The first panel, [depth][32] in its stored format.</param>
    /// <param name="panelBytes">From a panel to the next.</param>
    /// <param name="panels">Panels, at most <see cref="PanelsAtOnce"/>.</param>
    /// <param name="c">Receives the sums, [panels][32].</param>
    /// <param name="depth">Steps of k.</param>
    public static void Panels<TFormat>(float* a, byte* b, nint panelBytes, int panels, float* c, int depth)
        where TFormat : IWeightFormat
    {
        while (panels > 0)
        {
            int read = Read<TFormat>(a, b, panelBytes, panels, c, depth);
            panels -= read;
            b += read * panelBytes;
            c += read * PackedMatrix.PanelWidth;
        }
    }

    /// <summary>Runs one row over the first of some panels, and says over how many.</summary>
    private static int Read<TFormat>(float* a, byte* b, nint panelBytes, int panels, float* c, int depth)
        where TFormat : IWeightFormat
    {
        switch (TLanes.Count, panels)
        {
            case (16, >= 6):
                SixOfTwo<TFormat>(a, b, panelBytes, c, depth);
                return 6;
            case (16, 5 or 3):
                ThreeOfTwo<TFormat>(a, b, panelBytes, c, depth);
                return 3;
            case (16, 4 or 2):
                TwoOfTwo<TFormat>(a, b, panelBytes, c, depth);
                return 2;
            case (8, >= 3):
                ThreeOfFour<TFormat>(a, b, panelBytes, c, depth);
                return 3;
            default:
                new Span<float>(c, PackedMatrix.PanelWidth).Clear();
                Row<TFormat>(a, b, PackedMatrix.PanelWidth * TFormat.Size, c, depth, PackedMatrix.PanelWidth);
                return 1;
        }
    }

    /// <summary>Three panels of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ThreeOfFour<TFormat>(float* a, byte* b, nint panelBytes, float* c, int depth)
        where TFormat : IWeightFormat
    {
        int vector = TLanes.Count * TFormat.Size;
        byte* d = b + panelBytes, e = d + panelBytes;
        TVector b0 = TLanes.Broadcast(0), b1 = b0, b2 = b0, b3 = b0, d0 = b0, d1 = b0, d2 = b0, d3 = b0, e0 = b0, e1 = b0, e2 = b0, e3 = b0;
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            b0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), b0);
            b1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), b1);
            b2 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (2 * vector)), b2);
            b3 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + (3 * vector)), b3);
            d0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d), d0);
            d1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d + vector), d1);
            d2 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d + (2 * vector)), d2);
            d3 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d + (3 * vector)), d3);
            e0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e), e0);
            e1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e + vector), e1);
            e2 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e + (2 * vector)), e2);
            e3 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e + (3 * vector)), e3);
            a++;
            b += 4 * vector;
            d += 4 * vector;
            e += 4 * vector;
        }

        Store(b0, b1, b2, b3, c);
        Store(d0, d1, d2, d3, c + (4 * TLanes.Count));
        Store(e0, e1, e2, e3, c + (8 * TLanes.Count));
    }

    /// <summary>Six panels of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixOfTwo<TFormat>(float* a, byte* b, nint panelBytes, float* c, int depth)
        where TFormat : IWeightFormat
    {
        int vector = TLanes.Count * TFormat.Size;
        byte* d = b + panelBytes, e = d + panelBytes, f = e + panelBytes, g = f + panelBytes, h = g + panelBytes;
        TVector b0 = TLanes.Broadcast(0), b1 = b0, d0 = b0, d1 = b0, e0 = b0, e1 = b0, f0 = b0, f1 = b0, g0 = b0, g1 = b0, h0 = b0, h1 = b0;
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            b0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), b0);
            b1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), b1);
            d0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d), d0);
            d1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d + vector), d1);
            e0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e), e0);
            e1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e + vector), e1);
            f0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(f), f0);
            f1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(f + vector), f1);
            g0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(g), g0);
            g1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(g + vector), g1);
            h0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(h), h0);
            h1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(h + vector), h1);
            a++;
            b += 2 * vector;
            d += 2 * vector;
            e += 2 * vector;
            f += 2 * vector;
            g += 2 * vector;
            h += 2 * vector;
        }

        Store(b0, b1, d0, d1, c);
        Store(e0, e1, f0, f1, c + (4 * TLanes.Count));
        Store(g0, g1, h0, h1, c + (8 * TLanes.Count));
    }

    /// <summary>Three panels of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ThreeOfTwo<TFormat>(float* a, byte* b, nint panelBytes, float* c, int depth)
        where TFormat : IWeightFormat
    {
        int vector = TLanes.Count * TFormat.Size;
        byte* d = b + panelBytes, e = d + panelBytes;
        TVector b0 = TLanes.Broadcast(0), b1 = b0, d0 = b0, d1 = b0, e0 = b0, e1 = b0;
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            b0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), b0);
            b1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), b1);
            d0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d), d0);
            d1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d + vector), d1);
            e0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e), e0);
            e1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(e + vector), e1);
            a++;
            b += 2 * vector;
            d += 2 * vector;
            e += 2 * vector;
        }

        Store(b0, b1, d0, d1, c);
        TLanes.Store(e0, c + (4 * TLanes.Count));
        TLanes.Store(e1, c + (5 * TLanes.Count));
    }

    /// <summary>Two panels of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoOfTwo<TFormat>(float* a, byte* b, nint panelBytes, float* c, int depth)
        where TFormat : IWeightFormat
    {
        int vector = TLanes.Count * TFormat.Size;
        byte* d = b + panelBytes;
        TVector b0 = TLanes.Broadcast(0), b1 = b0, d0 = b0, d1 = b0;
        for (; depth > 0; depth--)
        {
            TVector x = TLanes.Broadcast(*a);
            b0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b), b0);
            b1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(b + vector), b1);
            d0 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d), d0);
            d1 = TLanes.FusedMultiplyAdd(x, TFormat.Load<TLanes, TVector>(d + vector), d1);
            a++;
            b += 2 * vector;
            d += 2 * vector;
        }

        Store(b0, b1, d0, d1, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector c0, TVector c1, TVector c2, TVector c3, float* c)
    {
        TLanes.Store(c0, c);
        TLanes.Store(c1, c + TLanes.Count);
        TLanes.Store(c2, c + (2 * TLanes.Count));
        TLanes.Store(c3, c + (3 * TLanes.Count));
    }
}
