namespace GptCuda.KernelSuite;

/// <summary>bfloat16 by its definition: the upper half of an f32, rounded to nearest even.</summary>
internal static class NarrowFloat
{
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
