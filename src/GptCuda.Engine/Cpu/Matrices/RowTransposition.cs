using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>Rows that become columns of something wider.</summary>
internal static unsafe class RowTransposition
{
    /// <summary>Writes four rows as columns; on x86 four numbers of each at a time, transposed in registers.</summary>
    /// <param name="source">[4][depth], with <paramref name="stride"/> numbers from row to row.</param>
    /// <param name="stride">From a row of the source to the next, in numbers.</param>
    /// <param name="depth">Numbers of a row.</param>
    /// <param name="destination">The first of the columns in [depth][width].</param>
    /// <param name="width">From a row of the destination to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourRows(float* source, nint stride, int depth, float* destination, int width)
    {
        float* second = source + stride, third = second + stride, fourth = third + stride;
        int k = 0;
        if (Sse.IsSupported)
        {
            for (; k + 4 <= depth; k += 4, destination += 4 * width)
            {
                Vector128<float> a = Vector128.Load(source + k), b = Vector128.Load(second + k);
                Vector128<float> c = Vector128.Load(third + k), d = Vector128.Load(fourth + k);
                Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b);
                Vector128<float> cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
                Sse.MoveLowToHigh(abLow, cdLow).Store(destination);
                Sse.MoveHighToLow(cdLow, abLow).Store(destination + width);
                Sse.MoveLowToHigh(abHigh, cdHigh).Store(destination + (2 * width));
                Sse.MoveHighToLow(cdHigh, abHigh).Store(destination + (3 * width));
            }
        }

        for (; k < depth; k++, destination += width)
            (destination[0], destination[1], destination[2], destination[3]) = (source[k], second[k], third[k], fourth[k]);
    }
}
