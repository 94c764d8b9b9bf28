namespace GptCuda.Kernels.Memory;

/// <summary>Sizes in bytes, with overflow refused.</summary>
internal static class ByteCount
{
    /// <summary>The bytes of a positive number of elements.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive, or so many elements pass 2^63 bytes.</exception>
    public static unsafe long Of<T>(long length)
        where T : unmanaged
    {
        if (length <= 0)
            throw new ArgumentOutOfRangeException(nameof(length), $"A buffer needs at least one element; {length} were asked for.");
        if (length > long.MaxValue / sizeof(T))
            throw new ArgumentOutOfRangeException(
                nameof(length), $"{length} elements of {sizeof(T)} bytes are more than {long.MaxValue} bytes.");
        return length * sizeof(T);
    }

    /// <summary>The next multiple of a power of two.</summary>
    /// <exception cref="OverflowException">It passes 2^63.</exception>
    public static long RoundUp(long bytes, long multiple) => checked(bytes + multiple - 1) & -multiple;
}
