using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking.Shadow;

/// <summary>
/// How accesses are kept in a shadow cell, in 64 bits each, later ones being greater as signed numbers.
/// A write: stamp (23 bits from 39), pending (62), strong (37), contended (36), volatile (32), element size (2 bits from 30),
/// instruction (20 bits from 10), thread (10 bits).
/// A read: stamp (23 bits from 39), strong (38), kind (6 bits from 32: a warp, or one of the two below), then 32 lanes of that warp,
/// or the warps of the block.
/// </summary>
internal static class ShadowRecord
{
    /// <summary>Stamps are less than this.</summary>
    public const uint MaximumStamp = 1 << 23;

    /// <summary>A word whose bytes have cells of their own.</summary>
    public const long Split = long.MaxValue;

    /// <summary>
    /// Of a write: a cp.async that has not been waited for. Above every stamp, so that no fast path takes it for ordered.
    /// </summary>
    public const long Pending = 1L << 62;

    /// <summary>Of a write: it was a strong one.</summary>
    public const long StrongWrite = 1L << 37;

    /// <summary>Of a write: earlier writes, which this one does not stand for in every check, are kept in lists.</summary>
    public const long Contended = 1L << 36;

    /// <summary>Of a read: all of them were strong.</summary>
    public const long StrongRead = 1L << 38;

    /// <summary>Kind of a read: the low bits are warps, any of whose lanes may have read.</summary>
    public const int ManyWarps = 32;

    /// <summary>Kind of a read: the readers are kept in a list.</summary>
    public const int Listed = 33;

    private const long VolatileShared = 1L << 32;
    private const long SizeMask = 3L << 30;
    private const int MaximumInstruction = (1 << 20) - 1;

    /// <summary>
    /// What a record says of a strong access: that it is one, its elements' size, whether it is a volatile one of shared memory; 0
    /// for a weak one.
    /// </summary>
    public static long Strength(in WarpAccess access)
    {
        if (access.Order == MemoryOrder.Weak)
            return 0;
        var isVolatile = access is { Order: MemoryOrder.Volatile, Space: StateSpace.Shared };
        return StrongWrite | (long)access.ElementSize << 30 | (isVolatile ? VolatileShared : 0);
    }

    /// <summary>
    /// Whether two strong accesses, one of them a write, need no order. Not when they differ in size, as an atomic of 8 bytes and one
    /// of 4 among them do (PTX ISA, "Morally Strong Operations": they overlap completely). Nor where a lane
    /// reads from shared memory, both volatile, what another lane of its warp wrote: that is how lanes were once taken to be in step.
    /// </summary>
    public static bool MayContend(long write, long strength, bool isReadOfOwnWarp) =>
        (write & strength & StrongWrite) != 0 && ((write ^ strength) & SizeMask) == 0
        && !(isReadOfOwnWarp && (write & strength & VolatileShared) != 0);

    /// <summary>A write.</summary>
    public static long Write(uint stamp, int thread, int instruction, long strength) =>
        ((long)stamp << 39) | strength | ((long)Math.Min((uint)instruction, MaximumInstruction) << 10) | (uint)thread;

    /// <summary>A read by lanes of a warp, or of another kind.</summary>
    public static long Read(uint stamp, int kind, uint lanes, bool strong) =>
        ((long)stamp << 39) | (strong ? StrongRead : 0) | ((long)kind << 32) | lanes;

    /// <summary>The greatest record with a stamp up to the given one.</summary>
    public static long UpTo(uint stamp) => (((long)stamp + 1) << 39) - 1;

    /// <summary>The stamp of either.</summary>
    public static uint Stamp(long record) => (uint)(record >> 39) & (MaximumStamp - 1);

    /// <summary>Whoever wrote.</summary>
    public static int Thread(long write) => (int)(write & 1023);

    /// <summary>The instruction that wrote, -1 when it has too high a number to be kept.</summary>
    public static int Instruction(long write) =>
        ((int)(write >> 10) & MaximumInstruction) is var index && index == MaximumInstruction ? -1 : index;

    /// <summary>A read's kind.</summary>
    public static int Kind(long read) => (int)(read >> 32) & 63;

    /// <summary>A read's lanes, or warps.</summary>
    public static uint Lanes(long read) => (uint)read;
}
