namespace GptCuda.VirtualGpu.Memory;

/// <summary>
/// Allocations, live and freed, sorted by address. Readers take no lock: a change makes a new array. Changes are made by one thread
/// at a time.
/// </summary>
internal sealed class AllocationTable
{
    private volatile Allocation[] _sorted = [];

    /// <summary>Freed allocations whose addresses have not been given out again.</summary>
    public int FreedCount { get; private set; }

    /// <summary>The live allocations, in order of address.</summary>
    public IReadOnlyList<Allocation> Live() => [.. _sorted.Where(allocation => !allocation.IsFreed)];

    /// <summary>Adds a live allocation, and forgets the freed ones whose place it takes.</summary>
    public void Add(Allocation added)
    {
        var end = added.Address + (ulong)added.Reserved;
        var kept = _sorted.Where(other => !(other.IsFreed && other.Address < end && added.Address < other.Address + (ulong)other.Reserved));
        Allocation[] sorted = [.. kept, added];
        FreedCount -= _sorted.Length + 1 - sorted.Length;
        // All but the last are sorted, and the last is nearly always the highest.
        for (var i = sorted.Length - 1; i > 0 && sorted[i].Address < sorted[i - 1].Address; i--)
            (sorted[i], sorted[i - 1]) = (sorted[i - 1], sorted[i]);
        _sorted = sorted;
    }

    /// <summary>Marks a live allocation as freed.</summary>
    public void Free(Allocation allocation)
    {
        allocation.IsFreed = true;
        FreedCount++;
    }

    /// <summary>The allocation with the highest address that is not above the given one.</summary>
    public Allocation? FindAtOrBefore(ulong address)
    {
        var sorted = _sorted;
        var index = UpperBound(sorted, address);
        return index > 0 ? sorted[index - 1] : null;
    }

    /// <summary>The allocation with the lowest address above the given one.</summary>
    public Allocation? FindAfter(ulong address)
    {
        var sorted = _sorted;
        var index = UpperBound(sorted, address);
        return index < sorted.Length ? sorted[index] : null;
    }

    /// <summary>
    /// A run of neighbouring freed allocations with room for the given bytes: its first address and all of its bytes. Null when there
    /// is none.
    /// </summary>
    public (ulong Address, long Reserved)? TakeFreed(long reserved)
    {
        ulong start = 0, end = 0;
        foreach (var allocation in _sorted)
        {
            if (!allocation.IsFreed)
            {
                start = end = 0;
                continue;
            }
            if (allocation.Address != end)
                start = allocation.Address;
            end = allocation.Address + (ulong)allocation.Reserved;
            if ((long)(end - start) >= reserved)
                return (start, (long)(end - start));
        }
        return null;
    }

    private static int UpperBound(Allocation[] sorted, ulong address)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle].Address <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
