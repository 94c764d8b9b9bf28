using System.Runtime.CompilerServices;
using GptCuda.Engine.Cpu.Vectors;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>Puts f32 weights in the order of a file into strips as wide as a register tile, [strip][depth][2 vectors].</summary>
internal static unsafe class FileStrips<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private static int StripWidth => 2 * TLanes.Count;

    /// <summary>From rows of an input's weights for all outputs.</summary>
    /// <param name="source">The first output of the first input.</param>
    /// <param name="stride">From an input to the next, in numbers.</param>
    /// <param name="outputs">Outputs to take.</param>
    /// <param name="filled">Outputs of the strips; those beyond <paramref name="outputs"/> become zeros.</param>
    /// <param name="depth">Inputs.</param>
    /// <param name="strips">[filled / strip width][depth][2 vectors].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OfInputRows(float* source, nint stride, int outputs, int filled, int depth, float* strips)
    {
        int whole = outputs / StripWidth * StripWidth;
        nint stripLength = (nint)StripWidth * depth;
        for (int k = 0; k < depth; k++, source += stride, strips += StripWidth)
        {
            float* strip = strips;
            int output = 0;
            for (; output < whole; output += StripWidth, strip += stripLength)
            {
                TLanes.Store(TLanes.Load(source + output), strip);
                TLanes.Store(TLanes.Load(source + output + TLanes.Count), strip + TLanes.Count);
            }

            for (; output < filled; output++)
                strips[(output / StripWidth * stripLength) + (output % StripWidth)] = output < outputs ? source[output] : 0;
        }
    }

    /// <summary>From rows of an output's weights for all inputs.</summary>
    /// <param name="source">The first input of the first output.</param>
    /// <param name="depth">Inputs, which is also the numbers from an output to the next.</param>
    /// <param name="outputs">Outputs to take, at most a panel's; the others of the panel become zeros.</param>
    /// <param name="strips">[panel / strip width][depth][2 vectors].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OfOutputRows(float* source, int depth, int outputs, float* strips)
    {
        nint stripLength = (nint)StripWidth * depth;
        int output = 0;
        if (StripWidth >= 4)
        {
            for (; output + 4 <= outputs; output += 4)
            {
                float* strip = strips + (output / StripWidth * stripLength) + (output % StripWidth);
                RowTransposition.FourRows(source + ((nint)output * depth), depth, depth, strip, StripWidth);
            }
        }

        for (; output < PackedMatrix.PanelWidth; output++)
        {
            float* row = source + ((nint)output * depth);
            float* strip = strips + (output / StripWidth * stripLength) + (output % StripWidth);
            for (int k = 0; k < depth; k++)
                strip[k * StripWidth] = output < outputs ? row[k] : 0;
        }
    }
}
