namespace GptCuda.Engine.Sampling;

/// <summary>
/// The counter-based random generator Philox 4x32-10: ten rounds that turn 128 bits of counter and 64 bits of key into 128 random
/// bits, with no state between calls (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11).
/// </summary>
internal static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four words for a counter (c0, c1, c2, c3) and a key, whose low half is the first key word.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>
    /// The 64 bits from which a sequence's token at a position is drawn: counter (sequence, position, 0, 0), key = seed; the first
    /// word of the block is the low half, the second the high half.
    /// </summary>
    public static ulong Draw(ulong seed, uint sequence, uint position)
    {
        var block = Block(seed, sequence, position, 0, 0);
        return block.X0 | (ulong)block.X1 << 32;
    }
}
