using System.Numerics;
using GptCuda.VirtualGpu.Checking.Ordering;

namespace GptCuda.VirtualGpu.Checking.Shadow;

/// <summary>
/// The last accesses of one block's threads to cells of memory, and the verdict on the next one, cell by cell. As in FastTrack (Flanagan
/// and Freund 2009) the last write suffices, and reads are forgotten once something is ordered behind them.
/// </summary>
internal sealed class CellTable
{
    /// <summary>Last writes, 0 for none: <see cref="ShadowRecord"/>.</summary>
    public readonly long[] Writes;

    /// <summary>Reads since, 0 for none.</summary>
    public readonly long[] Reads;

    /// <summary>An instruction that read.</summary>
    public readonly int[] ReadInstructions;

    private readonly Dictionary<int, List<long>> _listedReads = [];
    private readonly Dictionary<int, Dictionary<int, long>> _strongWrites = [];
    private readonly Dictionary<int, Dictionary<int, long>> _weakWrites = [];

    /// <summary>Makes a table of untouched cells.</summary>
    public CellTable(int cells)
    {
        Writes = new long[cells];
        Reads = new long[cells];
        ReadInstructions = new int[cells];
    }

    /// <summary>Forgets everything about the first cells.</summary>
    public void Clear(int cells)
    {
        Writes.AsSpan(0, cells).Clear();
        Reads.AsSpan(0, cells).Clear();
        _listedReads.Clear();
        _strongWrites.Clear();
        _weakWrites.Clear();
    }

    /// <summary>Lanes of a warp read a cell, at the given stamp.</summary>
    /// <returns>The earlier thread that the read races with; -1 when there is none.</returns>
    public int Read(BlockTime time, uint stamp, int cell, int warp, uint lanes, long strength, int instruction, out int lane)
    {
        lane = BitOperations.TrailingZeroCount(lanes);
        var strong = strength != 0;
        var earlier = RacingWriter(time, cell, warp, lanes, strength, isRead: true, ref lane);
        if (earlier >= 0)
            return earlier;
        var old = Reads[cell];
        Reads[cell] = old == 0 ? ShadowRecord.Read(stamp, warp, lanes, strong) : Merged(time, stamp, cell, old, warp, lanes, strong);
        ReadInstructions[cell] = instruction;
        return -1;
    }

    /// <summary>A thread writes a cell.</summary>
    /// <returns>The earlier thread that the write races with; -1 when there is none.</returns>
    public int Write(BlockTime time, int cell, int thread, long strength, int instruction, out bool earlierWrote)
    {
        var lane = thread & 31;
        var strong = strength != 0;
        earlierWrote = true;
        var earlier = RacingWriter(time, cell, thread >> 5, 1u << lane, strength, isRead: false, ref lane);
        if (earlier >= 0)
            return earlier;
        earlierWrote = false;
        if (Reads[cell] != 0)
        {
            earlier = RacingReader(time, cell, Reads[cell], thread, strong);
            if (earlier >= 0)
                return earlier;
            // A strong write may stand beside strong reads that it is not ordered with; a weak one that comes later may not. A list of
            // them is not kept: who polls would let it grow.
            if (ShadowRecord.Kind(Reads[cell]) == ShadowRecord.Listed)
            {
                _listedReads.Remove(cell);
                Reads[cell] = 0;
            }
            else if (!strong || UnknownReader(time, Reads[cell], thread) < 0)
            {
                Reads[cell] = 0;
            }
        }
        var record = ShadowRecord.Write(time.Now, thread, instruction, strength);
        var old = Writes[cell];
        if (strong && old != 0 && !time.Knows(thread, ShadowRecord.Thread(old), ShadowRecord.Stamp(old)))
            record |= Contend(_strongWrites, cell, old);
        else if ((old & ShadowRecord.Contended) != 0)
            record |= StillContended(time, cell, thread, strong);
        if (strong && old != 0 && (old & ShadowRecord.StrongWrite) == 0 && ShadowRecord.Stamp(old) > time.SafeFloor)
            record |= Contend(_weakWrites, cell, old);
        Writes[cell] = record;
        return -1;
    }

    /// <summary>Takes over a word's record for one of its bytes.</summary>
    public void Inherit(int cell, CellTable words, int word)
    {
        Writes[cell] = words.Writes[word];
        Reads[cell] = words.Reads[word];
        ReadInstructions[cell] = words.ReadInstructions[word];
        if (words._listedReads.TryGetValue(word, out var reads))
            _listedReads[cell] = [.. reads];
        if (words._strongWrites.TryGetValue(word, out var writes))
            _strongWrites[cell] = new(writes);
        if (words._weakWrites.TryGetValue(word, out var weak))
            _weakWrites[cell] = new(weak);
    }

    /// <summary>
    /// What becomes of an earlier read when lanes of a warp read the same cells at stamp now, where all cells have that same
    /// header.
    /// </summary>
    /// <returns>
    /// What to keep of the old low half, and the new record without the lanes of this read. Null: the cells must be treated singly.
    /// </returns>
    public static (long Keep, long Header)? Combine(BlockTime time, uint now, long old, int warp, bool strong)
    {
        var header = ShadowRecord.Read(now, warp, 0, strong);
        var stamp = ShadowRecord.Stamp(old);
        var kind = ShadowRecord.Kind(old);
        if (kind == ShadowRecord.Listed)
            return null;
        if (stamp <= time.SafeFloor)
            return (0, header);
        var sameStrength = (old & ShadowRecord.StrongRead) == (header & ShadowRecord.StrongRead);
        if (kind == warp)
        {
            if (stamp <= time.WarpFloor(warp))
                return (0, header);
            // Lanes may be put together only if no later synchronisation could have covered some of them and not the others.
            return sameStrength && (stamp == now || stamp > time.LastPartialOf(warp)) ? (uint.MaxValue, header) : null;
        }
        if (strong || !sameStrength || stamp <= time.LastPartial)
            return null;
        var many = ShadowRecord.Read(now, ShadowRecord.ManyWarps, 1u << warp, false);
        return kind == ShadowRecord.ManyWarps ? (uint.MaxValue, many) : (0, many | (1L << kind));
    }

    private long Merged(BlockTime time, uint now, int cell, long old, int warp, uint lanes, bool strong)
    {
        if (Combine(time, now, old, warp, strong) is { } combined)
        {
            var isMany = ShadowRecord.Kind(combined.Header) == ShadowRecord.ManyWarps;
            return combined.Header | (old & combined.Keep) | (isMany ? 0 : lanes);
        }
        var list = ShadowRecord.Kind(old) == ShadowRecord.Listed ? _listedReads[cell] : [old];
        var reader = warp * 32 + BitOperations.TrailingZeroCount(lanes);
        list.RemoveAll(read => UnknownReader(time, read, reader) < 0);
        list.Add(ShadowRecord.Read(now, warp, lanes, strong));
        _listedReads[cell] = list;
        return ShadowRecord.Read(now, ShadowRecord.Listed, 0, false);
    }

    private int RacingWriter(BlockTime time, int cell, int warp, uint lanes, long strength, bool isRead, ref int lane)
    {
        var write = Writes[cell];
        if (write == 0)
            return -1;
        if (write >= ShadowRecord.Pending)
            return ShadowRecord.Thread(write);
        var strong = strength != 0;
        var mayContend = ShadowRecord.MayContend(write, strength, isRead && ShadowRecord.Thread(write) >> 5 == warp);
        for (; lanes != 0; lanes &= lanes - 1)
        {
            lane = BitOperations.TrailingZeroCount(lanes);
            var thread = warp * 32 + lane;
            if (!mayContend && !time.Knows(thread, ShadowRecord.Thread(write), ShadowRecord.Stamp(write)))
                return ShadowRecord.Thread(write);
            if ((write & ShadowRecord.Contended) == 0)
                continue;
            var unknown = UnknownWriter(time, _weakWrites, cell, thread);
            if (unknown < 0 && !strong)
                unknown = UnknownWriter(time, _strongWrites, cell, thread);
            if (unknown >= 0)
                return unknown;
        }
        return -1;
    }

    private int RacingReader(BlockTime time, int cell, long read, int thread, bool strong)
    {
        if (ShadowRecord.Kind(read) != ShadowRecord.Listed)
            return strong && (read & ShadowRecord.StrongRead) != 0 ? -1 : UnknownReader(time, read, thread);
        foreach (var listed in _listedReads[cell])
        {
            if (strong && (listed & ShadowRecord.StrongRead) != 0)
                continue;
            var reader = UnknownReader(time, listed, thread);
            if (reader >= 0)
                return reader;
        }
        return -1;
    }

    /// <summary>A reader of a record that a thread is not ordered behind; -1 when there is none.</summary>
    private static int UnknownReader(BlockTime time, long read, int thread)
    {
        var stamp = ShadowRecord.Stamp(read);
        if (stamp <= time.SafeFloor)
            return -1;
        var kind = ShadowRecord.Kind(read);
        if (kind != ShadowRecord.ManyWarps)
            return UnknownLane(time, kind, ShadowRecord.Lanes(read), stamp, thread);
        for (var warps = ShadowRecord.Lanes(read); warps != 0; warps &= warps - 1)
        {
            var warp = BitOperations.TrailingZeroCount(warps);
            var reader = UnknownLane(time, warp, time.LanesAt(warp, stamp), stamp, thread);
            if (reader >= 0)
                return reader;
        }
        return -1;
    }

    private static int UnknownLane(BlockTime time, int warp, uint lanes, uint stamp, int thread)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var reader = warp * 32 + BitOperations.TrailingZeroCount(lanes);
            if (!time.Knows(thread, reader, stamp))
                return reader;
        }
        return -1;
    }

    private static int UnknownWriter(BlockTime time, Dictionary<int, Dictionary<int, long>> writes, int cell, int thread)
    {
        if (!writes.TryGetValue(cell, out var writers))
            return -1;
        foreach (var (writer, stamp) in writers)
        {
            if (!time.Knows(thread, writer, (uint)stamp))
                return writer;
        }
        return -1;
    }

    private static long Contend(Dictionary<int, Dictionary<int, long>> writes, int cell, long old)
    {
        if (!writes.TryGetValue(cell, out var writers))
            writes[cell] = writers = [];
        writers[ShadowRecord.Thread(old)] = ShadowRecord.Stamp(old);
        return ShadowRecord.Contended;
    }

    /// <summary>
    /// Which of the writes before the last still have to be looked at. What a weak write is ordered behind, whoever is ordered behind it
    /// is behind as well; a strong write hides weak ones from nobody, as strong accesses are not checked against it.
    /// </summary>
    private long StillContended(BlockTime time, int cell, int thread, bool strong)
    {
        var keepsStrong = Forget(_strongWrites, cell, (writer, stamp) => time.Knows(thread, writer, stamp));
        var keepsWeak = Forget(_weakWrites, cell, (_, stamp) => !strong || stamp <= time.SafeFloor);
        return keepsStrong || keepsWeak ? ShadowRecord.Contended : 0;
    }

    private static bool Forget(Dictionary<int, Dictionary<int, long>> writes, int cell, Func<int, uint, bool> isOver)
    {
        if (!writes.TryGetValue(cell, out var writers))
            return false;
        foreach (var (writer, stamp) in writers)
        {
            if (isOver(writer, (uint)stamp))
                writers.Remove(writer);
        }
        if (writers.Count > 0)
            return true;
        writes.Remove(cell);
        return false;
    }
}
