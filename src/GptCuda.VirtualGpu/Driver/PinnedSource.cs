using System.Numerics;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>
/// The pinned memory that a submitted copy will read. Until then the program must not write it; work that comes before the copy may.
/// </summary>
/// <param name="address">First byte.</param>
/// <param name="bytes">How many.</param>
internal sealed unsafe class PinnedSource(ulong address, long bytes)
{
    private ulong _sum = Sum(address, bytes);

    /// <summary>Whether the program has changed it since the copy was submitted.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Whether it lies in a range, in part at least.</summary>
    public bool Overlaps(ulong start, ulong length) => address < start + length && start < address + (ulong)bytes;

    /// <summary>Looks whether it is as it was.</summary>
    public void Check() => IsChanged |= Sum(address, bytes) != _sum;

    /// <summary>Takes what is there now for what belongs there.</summary>
    public void Accept() => _sum = Sum(address, bytes);

    /// <summary>A sum that any single change shows in: each step is a bijection of the state for a given word.</summary>
    private static ulong Sum(ulong address, long bytes)
    {
        ulong sum = 0x9E3779B97F4A7C15;
        long words = bytes / 8;
        for (long i = 0; i < words; i++)
            sum = BitOperations.RotateLeft(sum ^ ((ulong*)address)[i], 29) * 0x9FB21C651E98DF25;
        for (long i = words * 8; i < bytes; i++)
            sum = BitOperations.RotateLeft(sum ^ ((byte*)address)[i], 29) * 0x9FB21C651E98DF25;
        return sum;
    }
}
