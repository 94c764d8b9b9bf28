namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// What a seed decides: the order of blocks, of warps in a block, and of the two sides of a divergent branch. Seed 0 is the plain order.
/// The same seed gives the same run, whatever the host's threads do.
/// </summary>
internal sealed class ExecutionOrder(ulong seed)
{
    /// <summary>The seed.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>The place-th of <paramref name="count"/> blocks.</summary>
    public long BlockAt(long place, long count) => Seed == 0 ? place : Permute((ulong)place, (ulong)count, Seed);

    /// <summary>An order of the warps of a block.</summary>
    public void FillWarps(Span<int> order, long block)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = Seed == 0 ? i : (int)Permute((ulong)i, (ulong)order.Length, Mix(Seed ^ (ulong)block));
    }

    /// <summary>Whether the lanes that take a divergent branch run before those that do not.</summary>
    public bool TakenFirst(long block, int warp, long instructions) =>
        Seed == 0 || (Mix(Seed ^ ((ulong)block << 24) ^ ((ulong)warp << 56) ^ (ulong)instructions) & 1) == 0;

    /// <summary>A bijection of [0, count): a Feistel network over the next power of four, walked until it falls inside.</summary>
    private static long Permute(ulong value, ulong count, ulong key)
    {
        int half = 1;
        while ((1ul << (2 * half)) < count)
            half++;
        ulong mask = (1ul << half) - 1;
        do
        {
            ulong left = value >> half, right = value & mask;
            for (int round = 0; round < 4; round++)
                (left, right) = (right, left ^ (Mix(right + key + ((ulong)round << 32)) & mask));
            value = (left << half) | right;
        }
        while (value >= count);
        return (long)value;
    }

    /// <summary>SplitMix64's finaliser (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
