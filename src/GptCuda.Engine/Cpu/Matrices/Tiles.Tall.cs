using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>Tiles for machines with thirty-two vector registers.</content>
internal static unsafe partial class Tiles<TLanes, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, in Fetching fetching)
        where TFormat : IWeightFormat
    {
        TVector c00 = TLanes.Load(c), c01 = TLanes.Load(c + TLanes.Count);
        TVector c10 = TLanes.Load(c + cStride), c11 = TLanes.Load(c + cStride + TLanes.Count);
        TVector c20 = TLanes.Load(c + (2 * cStride)), c21 = TLanes.Load(c + (2 * cStride) + TLanes.Count);
        TVector c30 = TLanes.Load(c + (3 * cStride)), c31 = TLanes.Load(c + (3 * cStride) + TLanes.Count);
        TVector c40 = TLanes.Load(c + (4 * cStride)), c41 = TLanes.Load(c + (4 * cStride) + TLanes.Count);
        TVector c50 = TLanes.Load(c + (5 * cStride)), c51 = TLanes.Load(c + (5 * cStride) + TLanes.Count);
        TVector c60 = TLanes.Load(c + (6 * cStride)), c61 = TLanes.Load(c + (6 * cStride) + TLanes.Count);
        TVector c70 = TLanes.Load(c + (7 * cStride)), c71 = TLanes.Load(c + (7 * cStride) + TLanes.Count);
        byte* next = (byte*)fetching.First;
        nint apart = fetching.Apart, step = fetching.Step;
        int streams = fetching.Streams;
        for (; depth >= 2; depth -= 2)
        {
            Fetch(next, apart, streams);
            Step6<TFormat>(
                a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step2<TFormat>(a + 6, b, ref c60, ref c61, ref c70, ref c71);
            Step6<TFormat>(
                a + 8, b + bStride,
                ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step2<TFormat>(a + 14, b + bStride, ref c60, ref c61, ref c70, ref c71);
            a += 16;
            b += 2 * bStride;
            next += step;
        }

        if (depth > 0)
        {
            Step6<TFormat>(
                a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step2<TFormat>(a + 6, b, ref c60, ref c61, ref c70, ref c71);
        }

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
        TLanes.Store(c60, c + (6 * cStride));
        TLanes.Store(c61, c + (6 * cStride) + TLanes.Count);
        TLanes.Store(c70, c + (7 * cStride));
        TLanes.Store(c71, c + (7 * cStride) + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, in Fetching fetching)
        where TFormat : IWeightFormat
    {
        TVector c00 = TLanes.Load(c), c01 = TLanes.Load(c + TLanes.Count);
        TVector c10 = TLanes.Load(c + cStride), c11 = TLanes.Load(c + cStride + TLanes.Count);
        TVector c20 = TLanes.Load(c + (2 * cStride)), c21 = TLanes.Load(c + (2 * cStride) + TLanes.Count);
        TVector c30 = TLanes.Load(c + (3 * cStride)), c31 = TLanes.Load(c + (3 * cStride) + TLanes.Count);
        TVector c40 = TLanes.Load(c + (4 * cStride)), c41 = TLanes.Load(c + (4 * cStride) + TLanes.Count);
        TVector c50 = TLanes.Load(c + (5 * cStride)), c51 = TLanes.Load(c + (5 * cStride) + TLanes.Count);
        TVector c60 = TLanes.Load(c + (6 * cStride)), c61 = TLanes.Load(c + (6 * cStride) + TLanes.Count);
        TVector c70 = TLanes.Load(c + (7 * cStride)), c71 = TLanes.Load(c + (7 * cStride) + TLanes.Count);
        TVector c80 = TLanes.Load(c + (8 * cStride)), c81 = TLanes.Load(c + (8 * cStride) + TLanes.Count);
        TVector c90 = TLanes.Load(c + (9 * cStride)), c91 = TLanes.Load(c + (9 * cStride) + TLanes.Count);
        TVector c100 = TLanes.Load(c + (10 * cStride)), c101 = TLanes.Load(c + (10 * cStride) + TLanes.Count);
        TVector c110 = TLanes.Load(c + (11 * cStride)), c111 = TLanes.Load(c + (11 * cStride) + TLanes.Count);
        byte* next = (byte*)fetching.First;
        nint apart = fetching.Apart, step = fetching.Step;
        int streams = fetching.Streams;
        for (; depth >= 2; depth -= 2)
        {
            Fetch(next, apart, streams);
            Step6<TFormat>(
                a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step6<TFormat>(
                a + 6, b, ref c60, ref c61, ref c70, ref c71, ref c80, ref c81, ref c90, ref c91, ref c100, ref c101, ref c110, ref c111);
            Step6<TFormat>(
                a + 12, b + bStride,
                ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step6<TFormat>(
                a + 18, b + bStride,
                ref c60, ref c61, ref c70, ref c71, ref c80, ref c81, ref c90, ref c91, ref c100, ref c101, ref c110, ref c111);
            a += 24;
            b += 2 * bStride;
            next += step;
        }

        if (depth > 0)
        {
            Step6<TFormat>(
                a, b, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            Step6<TFormat>(
                a + 6, b, ref c60, ref c61, ref c70, ref c71, ref c80, ref c81, ref c90, ref c91, ref c100, ref c101, ref c110, ref c111);
        }

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
        TLanes.Store(c60, c + (6 * cStride));
        TLanes.Store(c61, c + (6 * cStride) + TLanes.Count);
        TLanes.Store(c70, c + (7 * cStride));
        TLanes.Store(c71, c + (7 * cStride) + TLanes.Count);
        TLanes.Store(c80, c + (8 * cStride));
        TLanes.Store(c81, c + (8 * cStride) + TLanes.Count);
        TLanes.Store(c90, c + (9 * cStride));
        TLanes.Store(c91, c + (9 * cStride) + TLanes.Count);
        TLanes.Store(c100, c + (10 * cStride));
        TLanes.Store(c101, c + (10 * cStride) + TLanes.Count);
        TLanes.Store(c110, c + (11 * cStride));
        TLanes.Store(c111, c + (11 * cStride) + TLanes.Count);
    }
}
