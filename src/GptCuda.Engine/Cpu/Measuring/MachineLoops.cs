using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Measuring;

/// <summary>The loops whose speed is a limit of the machine.</summary>
internal static unsafe class MachineLoops<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Independent chains of <see cref="MultiplyAdd"/>: enough for two units of four or five cycles' latency.</summary>
    public const int ChainCount = 12;

    /// <summary>Numbers of a block of <see cref="Sum"/>.</summary>
    public const int BlockLength = Streams * RowLength;

    private const int Streams = 8;
    private const int RowLength = 2304;

    /// <summary>
    /// Adds up memory in blocks of eight rows: one row after the other, or all eight side by side. Which of the two is faster
    /// depends on how many streams a processor fetches ahead by itself.
    /// </summary>
    /// <param name="source">What to read.</param>
    /// <param name="blocks">Blocks of it.</param>
    /// <param name="rows">1 or 8 rows at a time.</param>
    /// <param name="sum">Receives a vector, so that nothing read is left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(float* source, int blocks, int rows, float* sum)
    {
        // Addresses of the eight vectors of a step: neighbours, or the same place of eight rows.
        int apart = rows == 1 ? TLanes.Count : RowLength, step = rows == 1 ? Streams * TLanes.Count : TLanes.Count;
        TVector s0 = TLanes.Load(sum), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (; blocks > 0; blocks--, source += BlockLength)
        {
            float* x = source;
            for (int i = RowLength / TLanes.Count; i > 0; i--)
            {
                s0 = TLanes.Add(s0, TLanes.Load(x));
                s1 = TLanes.Add(s1, TLanes.Load(x + apart));
                s2 = TLanes.Add(s2, TLanes.Load(x + (2 * apart)));
                s3 = TLanes.Add(s3, TLanes.Load(x + (3 * apart)));
                s4 = TLanes.Add(s4, TLanes.Load(x + (4 * apart)));
                s5 = TLanes.Add(s5, TLanes.Load(x + (5 * apart)));
                s6 = TLanes.Add(s6, TLanes.Load(x + (6 * apart)));
                s7 = TLanes.Add(s7, TLanes.Load(x + (7 * apart)));
                x += step;
            }
        }

        TLanes.Store(Total(Total(s0, s1, s2), Total(s3, s4, s5), Total(s6, s7, s7)), sum);
    }

    /// <summary>Runs twelve chains of fused multiply-adds of whole vectors, each so many long, that stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAdd(float* sum, int length)
    {
        TVector x = TLanes.Broadcast(0.5f), y = TLanes.Broadcast(0.25f);
        TVector s0 = TLanes.Load(sum), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        for (; length > 0; length--)
        {
            s0 = TLanes.FusedMultiplyAdd(s0, x, y);
            s1 = TLanes.FusedMultiplyAdd(s1, x, y);
            s2 = TLanes.FusedMultiplyAdd(s2, x, y);
            s3 = TLanes.FusedMultiplyAdd(s3, x, y);
            s4 = TLanes.FusedMultiplyAdd(s4, x, y);
            s5 = TLanes.FusedMultiplyAdd(s5, x, y);
            s6 = TLanes.FusedMultiplyAdd(s6, x, y);
            s7 = TLanes.FusedMultiplyAdd(s7, x, y);
            s8 = TLanes.FusedMultiplyAdd(s8, x, y);
            s9 = TLanes.FusedMultiplyAdd(s9, x, y);
            s10 = TLanes.FusedMultiplyAdd(s10, x, y);
            s11 = TLanes.FusedMultiplyAdd(s11, x, y);
        }

        TLanes.Store(Total(Total(s0, s1, s2), Total(s3, s4, s5), Total(Total(s6, s7, s8), Total(s9, s10, s11), s0)), sum);
    }

    private static TVector Total(TVector a, TVector b, TVector c) => TLanes.Add(TLanes.Add(a, b), c);
}
