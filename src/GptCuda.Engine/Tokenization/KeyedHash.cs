using System.Buffers.Binary;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Hashes for the tokenizer's tables, keyed once a process: a vocabulary file cannot be made to collide on purpose, which would
/// turn loading it into a hang. The mixing step is that of wyhash: a 64 x 64 bit product folded onto itself.
/// </summary>
internal static class KeyedHash
{
    private static readonly ulong Key = Draw();
    private static readonly ulong Multiplier = Draw() | 1;

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

    /// <summary>The system's randomness by way of <see cref="Random.Shared"/>: the cryptographic generator would load OpenSSL.</summary>
    private static ulong Draw() => (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
}
