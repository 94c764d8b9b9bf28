using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GptCuda.Engine.Weights.Files;

/// <summary>CRC-32C (Castagnoli, RFC 3720) by the processor's instruction where there is one, and its form in LevelDB's files.</summary>
internal static class Crc32C
{
    /// <summary>What a checksum starts from.</summary>
    public const uint Initial = 0;

    /// <summary>The checksum of what was seen so far, followed by more bytes.</summary>
    /// <param name="checksum">The checksum so far, or <see cref="Initial"/>.</param>
    /// <param name="bytes">What follows.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~checksum;
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        int i = 0;
        for (; i <= bytes.Length - sizeof(ulong); i += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)));
        for (; i < bytes.Length; i++)
            crc = BitOperations.Crc32C(crc, bytes[i]);
        return ~crc;
    }

    /// <summary>
    /// The form in which LevelDB and TensorFlow store checksums, so that the checksum of bytes that contain checksums is no
    /// special case: rotated right by 15, plus a constant (leveldb/util/crc32c.h).
    /// </summary>
    public static uint Mask(uint checksum) => BitOperations.RotateRight(checksum, 15) + 0xA282EAD8;
}
