using System.Runtime.InteropServices;
using GptCuda.Kernels.Kernels;

namespace GptCuda.KernelSuite;

/// <summary>How a weight becomes an element of a matrix, written down a second time: what kernels/convert.cu is held to.</summary>
public static class WeightRule
{
    /// <summary>The scale of an int8 output.</summary>
    /// <param name="output">All weights of the output.</param>
    public static float Scale(IEnumerable<float> output)
    {
        float largest = 0;
        foreach (float weight in output)
        {
            if (!float.IsFinite(weight)) return float.NaN;
            largest = Math.Max(largest, Math.Abs(weight));
        }
        return largest / 127;
    }

    /// <summary>Writes a weight in a type and gives the f32 that it stands for there.</summary>
    /// <param name="at">The element's bytes.</param>
    /// <param name="type">The type.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="scale">Its output's, for int8.</param>
    public static float Write(Span<byte> at, MatrixType type, float weight, float scale)
    {
        switch (type)
        {
            case MatrixType.F32:
                MemoryMarshal.Write(at, weight);
                return weight;
            case MatrixType.BF16:
                ushort bits = float.IsNaN(weight) ? (ushort)0x7FC0 : NarrowFloat.ToBFloat16(weight);
                MemoryMarshal.Write(at, bits);
                return NarrowFloat.FromBFloat16(bits);
            case MatrixType.F16:
                MemoryMarshal.Write(at, (Half)weight);
                return (float)(Half)weight;
            default:
                // The quotient is f32's; in double it could fall on another side of a half.
                float quotient = weight / scale;
                sbyte q = scale > 0 ? (sbyte)Math.Clamp(Math.Round(quotient, MidpointRounding.ToEven), -127, 127) : (sbyte)0;
                at[0] = (byte)q;
                return q * scale;
        }
    }

    /// <summary>Whether f16 has no finite number for a finite weight.</summary>
    public static bool IsBeyondHalf(float weight) => float.IsFinite(weight) && Half.IsInfinity((Half)weight);
}
