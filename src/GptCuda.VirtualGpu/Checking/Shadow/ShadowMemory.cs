using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Checking.Ordering;

namespace GptCuda.VirtualGpu.Checking.Shadow;

/// <summary>
/// Race detection among the threads of one block, for a stretch of memory: a cell a 4-byte word, and a cell a byte for words that were
/// ever accessed in part, so that neighbours in one word do not disturb each other.
/// </summary>
internal sealed class ShadowMemory
{
    private readonly CellTable _words;
    private readonly int _bytes;
    private CellTable? _byteCells;
    private bool _anySplit;

    /// <summary>Shadows the given number of bytes.</summary>
    public ShadowMemory(int bytes)
    {
        _bytes = (bytes + 3) / 4 * 4;
        _words = new CellTable(_bytes / 4);
    }

    /// <summary>Bytes that are shadowed.</summary>
    public int Size => _bytes;

    /// <summary>Forgets everything about the first bytes.</summary>
    public void Clear(int bytes)
    {
        _words.Clear((bytes + 3) / 4);
        if (_anySplit)
            _byteCells!.Clear((bytes + 3) / 4 * 4);
        _anySplit = false;
    }

    /// <summary>Lanes of one instruction read, or did so at an earlier stamp.</summary>
    /// <param name="time">The block's time.</param>
    /// <param name="stamp">When it is.</param>
    /// <param name="accesses">The instruction's runs, all by the same warp.</param>
    /// <returns>The first conflict, or null.</returns>
    public CellConflict? Read(BlockTime time, uint stamp, ReadOnlySpan<CellAccess> accesses)
    {
        var pass = new ReadPass { Floor = Vector256.Create(ShadowRecord.UpTo(time.SafeFloor)), OldHeader = -1 };
        foreach (ref readonly var access in accesses)
        {
            var isWhole = ((access.FirstByte | access.Bytes | access.LaneBytes) & 3) == 0;
            for (var offset = 0; offset < access.Bytes;)
            {
                if (isWhole)
                {
                    offset = ReadOrdered(time, stamp, access, offset, ref pass);
                    if (offset >= access.Bytes)
                        break;
                }
                if (ReadCell(time, stamp, access, ref offset) is { } conflict)
                    return conflict;
            }
        }
        return null;
    }

    /// <summary>Lanes write, each its own bytes.</summary>
    /// <returns>The first conflict, or null.</returns>
    public CellConflict? Write(BlockTime time, in CellAccess access)
    {
        var isWhole = ((access.FirstByte | access.Bytes | access.LaneBytes) & 3) == 0 && access.LaneBytes != 0;
        for (var offset = 0; offset < access.Bytes;)
        {
            if (isWhole)
            {
                offset = WriteOrdered(time, access, offset);
                if (offset >= access.Bytes)
                    break;
            }
            if (WriteCell(time, access, ref offset) is { } conflict)
                return conflict;
        }
        return null;
    }

    /// <summary>Lanes begin to copy: until <see cref="Arrived"/> nobody may touch the bytes.</summary>
    /// <returns>The first conflict with what was accessed before, or null.</returns>
    public CellConflict? Pend(BlockTime time, in CellAccess access)
    {
        if (Write(time, access) is { } conflict)
            return conflict;
        Mark(access, ShadowRecord.Pending);
        return null;
    }

    /// <summary>The copies have been performed: the lanes have written now.</summary>
    public void Arrived(BlockTime time, in CellAccess access)
    {
        Mark(access, 0);
        Write(time, access);
    }

    /// <summary>Reads words whose last writes and reads need no second look, some at a time; stops at the first other one.</summary>
    private int ReadOrdered(BlockTime time, uint stamp, in CellAccess access, int offset, ref ReadPass pass)
    {
        ref var writes = ref _words.Writes[access.FirstByte / 4];
        ref var reads = ref _words.Reads[access.FirstByte / 4];
        var instruction = Vector128.Create(access.Instruction);
        ref var instructions = ref _words.ReadInstructions[access.FirstByte / 4];
        for (; offset + 16 <= access.Bytes; offset += 16)
        {
            var word = (nuint)offset / 4;
            if (Vector256.GreaterThanAny(Vector256.LoadUnsafe(ref writes, word), pass.Floor))
                return offset;
            var old = Vector256.LoadUnsafe(ref reads, word);
            var header = old[0] >> 32;
            if (!Vector256.EqualsAll(old >>> 32, Vector256.Create(header)))
                return offset;
            if (header != pass.OldHeader)
            {
                if (CellTable.Combine(time, stamp, old[0] & ~(long)uint.MaxValue, access.Warp, access.IsStrong) is not { } combined)
                    return offset;
                pass.OldHeader = header;
                pass.Keep = Vector256.Create(combined.Keep);
                pass.Header = Vector256.Create(combined.Header);
                pass.IsManyWarps = ShadowRecord.Kind(combined.Header) == ShadowRecord.ManyWarps;
            }
            var lanes = pass.IsManyWarps ? Vector256<long>.Zero : Lanes(access, offset);
            var merged = (old & pass.Keep) | pass.Header | lanes;
            merged.StoreUnsafe(ref reads, word);
            instruction.StoreUnsafe(ref instructions, word);
        }
        return offset;
    }

    private int WriteOrdered(BlockTime time, in CellAccess access, int offset)
    {
        var floor = Vector256.Create(ShadowRecord.UpTo(time.SafeFloor));
        ref var writes = ref _words.Writes[access.FirstByte / 4];
        ref var reads = ref _words.Reads[access.FirstByte / 4];
        var record = Vector256.Create(ShadowRecord.Write(time.Now, access.Warp * 32, access.Instruction, access.Strength));
        for (; offset + 16 <= access.Bytes; offset += 16)
        {
            var word = (nuint)offset / 4;
            if (Vector256.GreaterThanAny(Vector256.LoadUnsafe(ref writes, word), floor)
                || Vector256.GreaterThanAny(Vector256.LoadUnsafe(ref reads, word), floor))
            {
                return offset;
            }
            var thread = Vector256.Create(
                (long)LaneAt(access, offset), LaneAt(access, offset + 4), LaneAt(access, offset + 8), LaneAt(access, offset + 12));
            (record | thread).StoreUnsafe(ref writes, word);
            Vector256<long>.Zero.StoreUnsafe(ref reads, word);
        }
        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LaneAt(in CellAccess access, int offset) => access.FirstLane + offset / access.LaneBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Lanes(in CellAccess access, int offset)
    {
        switch (access.LaneBytes)
        {
            case 0:
                return Vector256.Create((long)access.Lanes);
            case 4:
                return Vector256.Create(1L, 2L, 4L, 8L) << (access.FirstLane + offset / 4);
            case 16 when (offset & 15) == 0:
                return Vector256.Create(1L << (access.FirstLane + offset / 16));
            default:
                return Vector256.Create(1L << LaneAt(access, offset), 1L << LaneAt(access, offset + 4),
                    1L << LaneAt(access, offset + 8), 1L << LaneAt(access, offset + 12));
        }
    }

    /// <summary>Reads one cell, or the bytes of a split one, and moves on behind it.</summary>
    private CellConflict? ReadCell(BlockTime time, uint stamp, in CellAccess access, ref int offset)
    {
        var at = access.FirstByte + offset;
        var table = CellAt(at, access, offset, out var cell, out var size);
        var earlier = table.Read(time, stamp, cell, access.Warp, access.LanesAt(offset), access.Strength, access.Instruction, out var lane);
        if (earlier >= 0)
            return Conflict(table, cell, at, lane, earlier, true);
        offset += size;
        return null;
    }

    private CellConflict? WriteCell(BlockTime time, in CellAccess access, ref int offset)
    {
        var at = access.FirstByte + offset;
        var table = CellAt(at, access, offset, out var cell, out var size);
        for (var lanes = access.LanesAt(offset); lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var earlier = table.Write(time, cell, access.Warp * 32 + lane, access.Strength, access.Instruction, out var earlierWrote);
            if (earlier >= 0)
                return Conflict(table, cell, at, lane, earlier, earlierWrote);
        }
        offset += size;
        return null;
    }

    private static CellConflict Conflict(CellTable table, int cell, int at, int lane, int earlier, bool earlierWrote) => new(
        at, lane, earlier, earlierWrote,
        earlierWrote ? ShadowRecord.Instruction(table.Writes[cell]) : table.ReadInstructions[cell],
        earlierWrote && table.Writes[cell] >= ShadowRecord.Pending);

    /// <summary>The cell for the byte at an offset: the whole word's where the word is whole and the same lanes access all of it.</summary>
    private CellTable CellAt(int at, in CellAccess access, int offset, out int cell, out int size)
    {
        var word = at / 4;
        var isWhole = (at & 3) == 0 && offset + 4 <= access.Bytes && (access.LaneBytes == 0 || ((access.LaneBytes | offset) & 3) == 0);
        if (isWhole && _words.Writes[word] != ShadowRecord.Split)
        {
            (cell, size) = (word, 4);
            return _words;
        }
        SplitWord(word);
        (cell, size) = (at, 1);
        return _byteCells!;
    }

    private void SplitWord(int word)
    {
        if (_words.Writes[word] == ShadowRecord.Split)
            return;
        _byteCells ??= new CellTable(_bytes);
        _anySplit = true;
        for (var i = 0; i < 4; i++)
            _byteCells.Inherit(word * 4 + i, _words, word);
        _words.Writes[word] = _words.Reads[word] = ShadowRecord.Split;
    }

    private void Mark(in CellAccess access, long pending)
    {
        for (var at = access.FirstByte; at < access.FirstByte + access.Bytes; at++)
        {
            ref var word = ref _words.Writes[at / 4];
            if (word == ShadowRecord.Split)
                _byteCells!.Writes[at] = (_byteCells.Writes[at] & ~ShadowRecord.Pending) | pending;
            else
                word = (word & ~ShadowRecord.Pending) | pending;
        }
    }

    /// <summary>What the runs of one instruction share, so that it is made out once.</summary>
    private struct ReadPass
    {
        /// <summary>The latest record that every thread is ordered behind.</summary>
        public Vector256<long> Floor;

        /// <summary>The upper half of the old reads that the rest is for; -1 before the first.</summary>
        public long OldHeader;

        /// <summary>What stays of the old lower half.</summary>
        public Vector256<long> Keep;

        /// <summary>The new record without this instruction's lanes.</summary>
        public Vector256<long> Header;

        /// <summary>Whether the lower half names warps, which the header already does.</summary>
        public bool IsManyWarps;
    }
}
