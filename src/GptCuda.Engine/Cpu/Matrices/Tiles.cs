using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// The register tiles of all matrix products: c[r][j] continues its chain of fused multiply-adds by a[k][r] * b[k][j], k in order.
/// A number of c has one chain whatever tile computes it, so results do not depend on how rows and columns were grouped, and a
/// chain may stop in memory and go on later.
/// </summary>
/// <remarks>
/// Activations are packed [k][rows of the tile], so that a step reads consecutive numbers; weights may be in a stored format and are
/// converted in registers. Tiles are two vectors wide: with six rows twelve chains, which covers an FMA unit's latency, in sixteen
/// registers; with twelve rows twenty-four in thirty-two.
/// </remarks>
internal static unsafe partial class Tiles<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Columns of a tile of several rows.</summary>
    public static int StripWidth => 2 * TLanes.Count;

    /// <summary>The tile that serves a number of rows: that many or a few more.</summary>
    public static int RowsFor(int rows) => rows switch
    {
        <= 2 => rows,
        <= 4 => 4,
        <= 6 => 6,
        <= 8 when TLanes.TileRows > 6 => 8,
        _ => TLanes.TileRows,
    };

    /// <summary>Runs one tile of rows over any number of columns of f32.</summary>
    /// <param name="rows">A result of <see cref="RowsFor"/>.</param>
    /// <param name="a">Activations, [depth][rows].</param>
    /// <param name="b">What they are multiplied with, [depth][columns] with <paramref name="bStride"/> numbers from row to row.</param>
    /// <param name="bStride">From a row of b to the next, in numbers.</param>
    /// <param name="c">Sums so far, [rows][columns]; updated.</param>
    /// <param name="cStride">From a row of c to the next, in numbers.</param>
    /// <param name="depth">Steps of k.</param>
    /// <param name="columns">A multiple of 32.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(int rows, float* a, float* b, nint bStride, float* c, nint cStride, int depth, int columns)
    {
        if (rows == 1)
        {
            Row<F32Format>(a, (byte*)b, bStride * sizeof(float), c, depth, columns);
            return;
        }

        for (int j = 0; j < columns; j += StripWidth)
            Strip<F32Format>(rows, a, (byte*)(b + j), bStride * sizeof(float), c + j, cStride, depth, default);
    }

    /// <summary>Runs one tile over the columns that it is wide.</summary>
    /// <param name="rows">A result of <see cref="RowsFor"/>.</param>
    /// <param name="a">Activations, [depth][rows].</param>
    /// <param name="b">Weights in their stored format.</param>
    /// <param name="bStride">From a row of b to the next, in bytes.</param>
    /// <param name="c">Sums so far; updated.</param>
    /// <param name="cStride">From a row of c to the next, in numbers.</param>
    /// <param name="depth">Steps of k.</param>
    /// <param name="fetching">What to fetch meanwhile, because it comes next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Strip<TFormat>(
        int rows, float* a, byte* b, nint bStride, float* c, nint cStride, int depth, in Fetching fetching)
        where TFormat : IWeightFormat
    {
        switch (rows)
        {
            case 1:
                Row2<TFormat>(a, b, bStride, c, depth);
                break;
            case 2:
                Rows2<TFormat>(a, b, bStride, c, cStride, depth, fetching);
                break;
            case 4:
                Rows4<TFormat>(a, b, bStride, c, cStride, depth, fetching);
                break;
            case 6:
                Rows6<TFormat>(a, b, bStride, c, cStride, depth, fetching);
                break;
            case 8:
                Rows8<TFormat>(a, b, bStride, c, cStride, depth, fetching);
                break;
            default:
                Rows12<TFormat>(a, b, bStride, c, cStride, depth, fetching);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows2<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, in Fetching fetching)
        where TFormat : IWeightFormat
    {
        TVector c00 = TLanes.Load(c), c01 = TLanes.Load(c + TLanes.Count);
        TVector c10 = TLanes.Load(c + cStride), c11 = TLanes.Load(c + cStride + TLanes.Count);
        byte* next = (byte*)fetching.First;
        nint apart = fetching.Apart, step = fetching.Step;
        int streams = fetching.Streams;
        for (; depth >= 2; depth -= 2)
        {
            Fetch(next, apart, streams);
            Step2<TFormat>(a, b, ref c00, ref c01, ref c10, ref c11);
            Step2<TFormat>(a + 2, b + bStride, ref c00, ref c01, ref c10, ref c11);
            a += 4;
            b += 2 * bStride;
            next += step;
        }

        if (depth > 0)
            Step2<TFormat>(a, b, ref c00, ref c01, ref c10, ref c11);

        TLanes.Store(c00, c);
        TLanes.Store(c01, c + TLanes.Count);
        TLanes.Store(c10, c + cStride);
        TLanes.Store(c11, c + cStride + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, in Fetching fetching)
        where TFormat : IWeightFormat
    {
        TVector c00 = TLanes.Load(c), c01 = TLanes.Load(c + TLanes.Count);
        TVector c10 = TLanes.Load(c + cStride), c11 = TLanes.Load(c + cStride + TLanes.Count);
        TVector c20 = TLanes.Load(c + (2 * cStride)), c21 = TLanes.Load(c + (2 * cStride) + TLanes.Count);
        TVector c30 = TLanes.Load(c + (3 * cStride)), c31 = TLanes.Load(c + (3 * cStride) + TLanes.Count);
        byte* next = (byte*)fetching.First;
        nint apart = fetching.Apart, step = fetching.Step;
        int streams = fetching.Streams;
        for (; depth >= 2; depth -= 2)
        {
            Fetch(next, apart, streams);
            Step2<TFormat>(a, b, ref c00, ref c01, ref c10, ref c11);
            Step2<TFormat>(a + 2, b, ref c20, ref c21, ref c30, ref c31);
            Step2<TFormat>(a + 4, b + bStride, ref c00, ref c01, ref c10, ref c11);
            Step2<TFormat>(a + 6, b + bStride, ref c20, ref c21, ref c30, ref c31);
            a += 8;
            b += 2 * bStride;
            next += step;
        }

        if (depth > 0)
        {
            Step2<TFormat>(a, b, ref c00, ref c01, ref c10, ref c11);
            Step2<TFormat>(a + 2, b, ref c20, ref c21, ref c30, ref c31);
        }

        TLanes.Store(c00, c);
        TLanes.Store(c01, c + TLanes.Count);
        TLanes.Store(c10, c + cStride);
        TLanes.Store(c11, c + cStride + TLanes.Count);
        TLanes.Store(c20, c + (2 * cStride));
        TLanes.Store(c21, c + (2 * cStride) + TLanes.Count);
        TLanes.Store(c30, c + (3 * cStride));
        TLanes.Store(c31, c + (3 * cStride) + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, in Fetching fetching)
        where TFormat : IWeightFormat
    {
        TVector c00 = TLanes.Load(c), c01 = TLanes.Load(c + TLanes.Count);
        TVector c10 = TLanes.Load(c + cStride), c11 = TLanes.Load(c + cStride + TLanes.Count);
        TVector c20 = TLanes.Load(c + (2 * cStride)), c21 = TLanes.Load(c + (2 * cStride) + TLanes.Count);
        TVector c30 = TLanes.Load(c + (3 * cStride)), c31 = TLanes.Load(c + (3 * cStride) + TLanes.Count);
        TVector c40 = TLanes.Load(c + (4 * cStride)), c41 = TLanes.Load(c + (4 * cStride) + TLanes.Count);
        TVector c50 = TLanes.Load(c + (5 * cStride)), c51 = TLanes.Load(c + (5 * cStride) + TLanes.Count);
        byte* next = (byte*)fetching.First;
        nint apart = fetching.Apart, step = fetching.Step;
        int streams = fetching.Streams;
        for (; depth >= 2; depth -= 2)
        {
            Fetch(next, apart, streams);
            Step6<TFormat>(
                a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step6<TFormat>(
                a + 6, b + bStride,
                ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            a += 12;
            b += 2 * bStride;
            next += step;
        }

        if (depth > 0)
            Step6<TFormat>(
                a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);

        TLanes.Store(c00, c);
        TLanes.Store(c01, c + TLanes.Count);
        TLanes.Store(c10, c + cStride);
        TLanes.Store(c11, c + cStride + TLanes.Count);
        TLanes.Store(c20, c + (2 * cStride));
        TLanes.Store(c21, c + (2 * cStride) + TLanes.Count);
        TLanes.Store(c30, c + (3 * cStride));
        TLanes.Store(c31, c + (3 * cStride) + TLanes.Count);
        TLanes.Store(c40, c + (4 * cStride));
        TLanes.Store(c41, c + (4 * cStride) + TLanes.Count);
        TLanes.Store(c50, c + (5 * cStride));
        TLanes.Store(c51, c + (5 * cStride) + TLanes.Count);
    }
}
