using System.Runtime.CompilerServices;

namespace GptCuda.Engine.Cpu.Matrices;

/// <content>
/// One step of k for some rows of a tile. The sums are the caller's locals, which stay in registers when this is inlined.
/// </content>
internal static unsafe partial class Tiles<TLanes, TVector>
{
    /// <summary>Fetches a line of each stream; how many there are does not change in a loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* next, nint apart, int streams)
    {
        if (streams == 0)
            return;
        TLanes.Prefetch(next);
        if (streams == 1)
            return;
        TLanes.Prefetch(next + apart);
        if (streams == 2)
            return;
        TLanes.Prefetch(next + (2 * apart));
        TLanes.Prefetch(next + (3 * apart));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step2<TFormat>(
        float* a, byte* b, ref TVector c00, ref TVector c01, ref TVector c10, ref TVector c11)
        where TFormat : IWeightFormat
    {
        TVector b0 = TFormat.Load<TLanes, TVector>(b), b1 = TFormat.Load<TLanes, TVector>(b + (TLanes.Count * TFormat.Size));
        TVector x = TLanes.Broadcast(a[0]);
        c00 = TLanes.FusedMultiplyAdd(x, b0, c00);
        c01 = TLanes.FusedMultiplyAdd(x, b1, c01);
        x = TLanes.Broadcast(a[1]);
        c10 = TLanes.FusedMultiplyAdd(x, b0, c10);
        c11 = TLanes.FusedMultiplyAdd(x, b1, c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step6<TFormat>(
        float* a, byte* b, ref TVector c00, ref TVector c01, ref TVector c10, ref TVector c11, ref TVector c20, ref TVector c21,
        ref TVector c30, ref TVector c31, ref TVector c40, ref TVector c41, ref TVector c50, ref TVector c51)
        where TFormat : IWeightFormat
    {
        TVector b0 = TFormat.Load<TLanes, TVector>(b), b1 = TFormat.Load<TLanes, TVector>(b + (TLanes.Count * TFormat.Size));
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
    }
}
