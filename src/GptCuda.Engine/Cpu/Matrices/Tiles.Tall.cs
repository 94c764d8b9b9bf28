using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>Tiles for machines with thirty-two vector registers.</content>
internal static unsafe partial class Tiles<TLanes, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, byte* next, nint nextStep)
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
        for (; depth > 0; depth--)
        {
            TVector b0 = TFormat.Load<TLanes, TVector>(b), b1 = TFormat.Load<TLanes, TVector>(b + (TLanes.Count * TFormat.Size));
            TLanes.Prefetch(next);
            TVector x = TLanes.Broadcast(a[0]);
            c00 = TLanes.FusedMultiplyAdd(x, b0, c00);
            c01 = TLanes.FusedMultiplyAdd(x, b1, c01);
            x = TLanes.Broadcast(a[1]);
            c10 = TLanes.FusedMultiplyAdd(x, b0, c10);
            c11 = TLanes.FusedMultiplyAdd(x, b1, c11);
            x = TLanes.Broadcast(a[2]);
            c20 = TLanes.FusedMultiplyAdd(x, b0, c20);
            c21 = TLanes.FusedMultiplyAdd(x, b1, c21);
            x = TLanes.Broadcast(a[3]);
            c30 = TLanes.FusedMultiplyAdd(x, b0, c30);
            c31 = TLanes.FusedMultiplyAdd(x, b1, c31);
            x = TLanes.Broadcast(a[4]);
            c40 = TLanes.FusedMultiplyAdd(x, b0, c40);
            c41 = TLanes.FusedMultiplyAdd(x, b1, c41);
            x = TLanes.Broadcast(a[5]);
            c50 = TLanes.FusedMultiplyAdd(x, b0, c50);
            c51 = TLanes.FusedMultiplyAdd(x, b1, c51);
            x = TLanes.Broadcast(a[6]);
            c60 = TLanes.FusedMultiplyAdd(x, b0, c60);
            c61 = TLanes.FusedMultiplyAdd(x, b1, c61);
            x = TLanes.Broadcast(a[7]);
            c70 = TLanes.FusedMultiplyAdd(x, b0, c70);
            c71 = TLanes.FusedMultiplyAdd(x, b1, c71);
            a += 8;
            b += bStride;
            next += nextStep;
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
    private static void Rows12<TFormat>(float* a, byte* b, nint bStride, float* c, nint cStride, int depth, byte* next, nint nextStep)
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
        for (; depth > 0; depth--)
        {
            TVector b0 = TFormat.Load<TLanes, TVector>(b), b1 = TFormat.Load<TLanes, TVector>(b + (TLanes.Count * TFormat.Size));
            TLanes.Prefetch(next);
            TVector x = TLanes.Broadcast(a[0]);
            c00 = TLanes.FusedMultiplyAdd(x, b0, c00);
            c01 = TLanes.FusedMultiplyAdd(x, b1, c01);
            x = TLanes.Broadcast(a[1]);
            c10 = TLanes.FusedMultiplyAdd(x, b0, c10);
            c11 = TLanes.FusedMultiplyAdd(x, b1, c11);
            x = TLanes.Broadcast(a[2]);
            c20 = TLanes.FusedMultiplyAdd(x, b0, c20);
            c21 = TLanes.FusedMultiplyAdd(x, b1, c21);
            x = TLanes.Broadcast(a[3]);
            c30 = TLanes.FusedMultiplyAdd(x, b0, c30);
            c31 = TLanes.FusedMultiplyAdd(x, b1, c31);
            x = TLanes.Broadcast(a[4]);
            c40 = TLanes.FusedMultiplyAdd(x, b0, c40);
            c41 = TLanes.FusedMultiplyAdd(x, b1, c41);
            x = TLanes.Broadcast(a[5]);
            c50 = TLanes.FusedMultiplyAdd(x, b0, c50);
            c51 = TLanes.FusedMultiplyAdd(x, b1, c51);
            x = TLanes.Broadcast(a[6]);
            c60 = TLanes.FusedMultiplyAdd(x, b0, c60);
            c61 = TLanes.FusedMultiplyAdd(x, b1, c61);
            x = TLanes.Broadcast(a[7]);
            c70 = TLanes.FusedMultiplyAdd(x, b0, c70);
            c71 = TLanes.FusedMultiplyAdd(x, b1, c71);
            x = TLanes.Broadcast(a[8]);
            c80 = TLanes.FusedMultiplyAdd(x, b0, c80);
            c81 = TLanes.FusedMultiplyAdd(x, b1, c81);
            x = TLanes.Broadcast(a[9]);
            c90 = TLanes.FusedMultiplyAdd(x, b0, c90);
            c91 = TLanes.FusedMultiplyAdd(x, b1, c91);
            x = TLanes.Broadcast(a[10]);
            c100 = TLanes.FusedMultiplyAdd(x, b0, c100);
            c101 = TLanes.FusedMultiplyAdd(x, b1, c101);
            x = TLanes.Broadcast(a[11]);
            c110 = TLanes.FusedMultiplyAdd(x, b0, c110);
            c111 = TLanes.FusedMultiplyAdd(x, b1, c111);
            a += 12;
            b += bStride;
            next += nextStep;
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
