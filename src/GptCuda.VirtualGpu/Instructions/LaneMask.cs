using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Turns masks of one bit a lane into vectors of all ones or zeros a lane, and back.</summary>
internal static class LaneMask
{
    /// <summary>The mask of all lanes.</summary>
    public const uint All = uint.MaxValue;

    /// <summary>The lanes of one vector of <typeparamref name="T"/>: all ones where the lane's bit is set.</summary>
    /// <param name="mask">A bit a lane.</param>
    /// <param name="firstLane">The lane of the vector's first element.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Expand<T>(uint mask, int firstLane)
        where T : unmanaged
    {
        uint bits = mask >> firstLane;
        if (Unsafe.SizeOf<T>() == 4)
        {
            Vector256<uint> each = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
            return Vector256.Equals(Vector256.Create(bits) & each, each).As<uint, T>();
        }
        if (Unsafe.SizeOf<T>() == 8)
        {
            Vector256<ulong> each = Vector256.Create(1ul, 2, 4, 8);
            return Vector256.Equals(Vector256.Create((ulong)bits) & each, each).As<ulong, T>();
        }
        Vector256<ushort> word = Vector256.Create((ushort)1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return Vector256.Equals(Vector256.Create((ushort)bits) & word, word).As<ushort, T>();
    }

    /// <summary>A bit for each element of <paramref name="vector"/>: its highest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Compress<T>(Vector256<T> vector)
        where T : unmanaged => vector.ExtractMostSignificantBits();
}
