using System.Numerics;
using GptCuda.VirtualGpu.Checking.Ordering;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking.Log;

/// <summary>
/// Finds what blocks did to each other in global memory: conflicting accesses that no release and acquire orders, and writes to what
/// was read with ld.global.nc. Compares byte for byte, and reports the lowest address of the first pair of blocks.
/// </summary>
internal sealed class BlockRaces(LaunchDescription launch, DeviceMemory memory, AccessLog?[] logs)
{
    private readonly record struct Entry(int Block, int Index);

    /// <summary>Throws for the first conflict.</summary>
    /// <param name="pages">What the launch did with each page.</param>
    /// <exception cref="VirtualFault">There is one.</exception>
    public void Check(LaunchPages pages)
    {
        var entries = new List<(ulong Start, Entry Entry)>();
        for (var block = 0; block < logs.Length; block++)
        {
            if (logs[block] is not { } log)
                continue;
            var accesses = log.Accesses;
            for (var i = 0; i < accesses.Length; i++)
            {
                if (pages.IsContended(accesses[i]))
                    entries.Add((accesses[i].Start, new(block, i)));
            }
        }
        entries.Sort((a, b) => (a.Start, a.Entry.Block, a.Entry.Index).CompareTo((b.Start, b.Entry.Block, b.Entry.Index)));
        // Entries lie within one page each, so an open one is looked at only while its page lasts.
        var reads = new List<Entry>();
        var writes = new List<Entry>();
        foreach (var (start, entry) in entries)
        {
            reads.RemoveAll(open => Access(open).End <= start);
            writes.RemoveAll(open => Access(open).End <= start);
            foreach (var write in writes)
                Compare(write, entry);
            if ((Access(entry).Kinds & LoggedKinds.Write) != 0)
            {
                foreach (var read in reads)
                    Compare(read, entry);
                writes.Add(entry);
            }
            else
            {
                reads.Add(entry);
            }
        }
    }

    private ref readonly LoggedAccess Access(Entry entry) => ref logs[entry.Block]!.Accesses[entry.Index];

    private void Compare(Entry firstEntry, Entry secondEntry)
    {
        ref readonly var first = ref Access(firstEntry);
        ref readonly var second = ref Access(secondEntry);
        var start = Math.Max(first.Start, second.Start);
        var end = Math.Min(first.End, second.End);
        var kinds = first.Kinds | second.Kinds;
        if ((kinds & LoggedKinds.NonCoherent) != 0 && (kinds & LoggedKinds.Write) != 0)
            throw NonCoherent(firstEntry, secondEntry, start);
        if (firstEntry.Block == secondEntry.Block)
            return;
        // Strong accesses need no order if they agree in size as well (PTX ISA, "Morally Strong Operations").
        if ((first.Kinds & second.Kinds & LoggedKinds.Strong) != 0 && ((first.Kinds ^ second.Kinds) & LoggedKinds.Size) == 0)
            return;
        if (FirstUnordered(firstEntry, secondEntry, start, end) is { } address)
            throw Race(firstEntry, secondEntry, address);
    }

    /// <summary>The first address at which neither access is ordered behind the other.</summary>
    private ulong? FirstUnordered(Entry firstEntry, Entry secondEntry, ulong start, ulong end)
    {
        ref readonly var first = ref Access(firstEntry);
        ref readonly var second = ref Access(secondEntry);
        var behindFirst = logs[firstEntry.Block]!.Behind(first).Of(secondEntry.Block);
        var behindSecond = logs[secondEntry.Block]!.Behind(second).Of(firstEntry.Block);
        if (behindFirst is null && behindSecond is null)
            return start;
        if (behindFirst?.Least >= second.Stamp || behindSecond?.Least >= first.Stamp)
            return null;
        var step = Math.Max(
            1, Math.Min(first.LaneBytes == 0 ? 16 : (int)first.LaneBytes, second.LaneBytes == 0 ? 16 : (int)second.LaneBytes));
        for (var address = start; address < end; address = (address / (ulong)step + 1) * (ulong)step)
        {
            if (!IsBehind(behindFirst, second, address) && !IsBehind(behindSecond, first, address))
                return address;
        }
        return null;
    }

    private static bool IsBehind(BlockKnowledge? known, in LoggedAccess access, ulong address)
    {
        if (known is null)
            return false;
        for (var lanes = access.LanesAt(address); lanes != 0; lanes &= lanes - 1)
        {
            if (known.Of(access.Warp * 32 + BitOperations.TrailingZeroCount(lanes)) < access.Stamp)
                return false;
        }
        return true;
    }

    private VirtualFault Race(Entry first, Entry second, ulong address)
    {
        // The writer first: it is the one that lacks the release.
        if ((Access(first).Kinds & LoggedKinds.Write) == 0)
            (first, second) = (second, first);
        var other = (Access(second).Kinds & LoggedKinds.Write) != 0 ? "write" : "read";
        return Fault(FaultKind.Race, first, second, address,
            $"the write of {Place(address)} and the {other} of the same bytes by {Who(second, address)} are not ordered. Blocks run in any "
            + "order and at the same time: use separate launches, or let the writer release (bar.sync, "
            + "then one thread's __threadfence() and "
            + "atomic, or a .release at .gpu scope) and the reader acquire (.acquire, or atomic and __threadfence(), then bar.sync)."
            + ((Access(first).Kinds & Access(second).Kinds & LoggedKinds.Strong) != 0
                ? " Atomics of different sizes are not atomic towards each other: use one size." : ""));
    }

    private VirtualFault NonCoherent(Entry first, Entry second, ulong address)
    {
        if ((Access(first).Kinds & LoggedKinds.Write) == 0)
            (first, second) = (second, first);
        return Fault(FaultKind.NonCoherentWrite, first, second, address,
            $"the write of {Place(address)} concerns bytes that {Who(second, address)} reads with "
            + "ld.global.nc in the same launch, which may "
            + "give stale values. Read them with ld.global: no const __restrict__, no __ldg.");
    }

    private VirtualFault Fault(FaultKind kind, Entry first, Entry second, ulong address, string detail)
    {
        ref readonly var access = ref Access(first);
        return new(kind, $"kernel {launch.Kernel}", detail)
        {
            Block = launch.Grid.Coordinates(first.Block),
            Thread = launch.Block.Coordinates(access.ThreadAt(address)),
            Address = address,
            Allocation = memory.Find(address)?.Name,
            At = launch.Source(access.Instruction),
            OtherAt = launch.Source(Access(second).Instruction),
        };
    }

    private string Place(ulong address) => memory.Find(address) is { } allocation
        ? $"0x{address:x}, byte {address - allocation.Address} of {allocation},"
        : $"0x{address:x}";

    private string Who(Entry entry, ulong address) =>
        $"block {launch.Grid.Coordinates(entry.Block)} thread {launch.Block.Coordinates(Access(entry).ThreadAt(address))}";
}
