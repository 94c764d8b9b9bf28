using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Hashes for the tokenizer's tables, keyed once a process: a vocabulary file cannot be made to collide on purpose, which would
/// turn loading it into a hang. The mixing step is that of wyhash: a 64 x 64 bit product folded onto itself.
/// </summary>
internal static class KeyedHash
{
    private static readonly ulong Key = Random();
    private static readonly ulong Multiplier = Random() | 1;

    /// <summary>Hash of two words of 64 bits.</summary>
    public static ulong Of(ulong a, ulong b) => Mix(Mix(a ^ Key, Multiplier) ^ b, Multiplier);

    /// <summary>Hash of one word of 64 bits.</summary>
    public static ulong Of(ulong value) => Mix(value ^ Key, Multiplier);

    /// <summary>Hash of a byte string.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Key ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Multiplier);
            bytes = bytes[8..];
        }
        ulong tail = 0;
        foreach (byte value in bytes) tail = (tail << 8) | value;
        return Mix(hash ^ tail, Multiplier);
    }

    private static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static ulong Random()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
