namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>
/// Which events of one block's threads somebody is ordered behind: all up to the stamp Floor, except for the threads in
/// Overrides (sorted by thread), whose own stamps count. Immutable.
/// </summary>
internal sealed class BlockKnowledge
{
    /// <summary>Makes what is known of a block.</summary>
    public BlockKnowledge(uint floor, (int Thread, uint Stamp)[] overrides)
    {
        Floor = Least = Greatest = floor;
        Overrides = overrides;
        foreach (var (_, stamp) in overrides)
        {
            Least = Math.Min(Least, stamp);
            Greatest = Math.Max(Greatest, stamp);
        }
    }

    /// <summary>The last known stamp of the threads that are not in <see cref="Overrides"/>.</summary>
    public uint Floor { get; }

    /// <summary>The threads of which another stamp is known, in ascending order.</summary>
    public (int Thread, uint Stamp)[] Overrides { get; }

    /// <summary>The least stamp among all threads.</summary>
    public uint Least { get; }

    /// <summary>The greatest stamp among all threads.</summary>
    public uint Greatest { get; }

    /// <summary>The last stamp of a thread that is known.</summary>
    public uint Of(int thread)
    {
        int low = 0, high = Overrides.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Overrides[middle].Thread < thread)
                low = middle + 1;
            else
                high = middle;
        }
        return low < Overrides.Length && Overrides[low].Thread == thread ? Overrides[low].Stamp : Floor;
    }

    /// <summary>From one stamp a thread.</summary>
    public static BlockKnowledge Of(ReadOnlySpan<uint> stamps)
    {
        var floor = uint.MaxValue;
        foreach (var stamp in stamps)
            floor = Math.Min(floor, stamp);
        var overrides = new List<(int, uint)>();
        for (var thread = 0; thread < stamps.Length; thread++)
        {
            if (stamps[thread] != floor)
                overrides.Add((thread, stamps[thread]));
        }
        return new(floor, [.. overrides]);
    }

    /// <summary>What either knows; one of the two themselves where it covers the other.</summary>
    public static BlockKnowledge Join(BlockKnowledge first, BlockKnowledge second)
    {
        if (ReferenceEquals(first, second) || first.Covers(second))
            return first;
        if (second.Covers(first))
            return second;
        var floor = Math.Max(first.Floor, second.Floor);
        var overrides = new SortedDictionary<int, uint>();
        foreach (var (thread, _) in first.Overrides)
            overrides[thread] = Math.Max(first.Of(thread), second.Of(thread));
        foreach (var (thread, _) in second.Overrides)
            overrides[thread] = Math.Max(first.Of(thread), second.Of(thread));
        return new(floor, [.. overrides.Where(pair => pair.Value != floor).Select(pair => (pair.Key, pair.Value))]);
    }

    /// <summary>Whether nothing is known to the other that is not known to this one.</summary>
    private bool Covers(BlockKnowledge other)
    {
        if (Least >= other.Greatest)
            return true;
        if (Floor < other.Floor)
            return false;
        foreach (var (thread, stamp) in other.Overrides)
        {
            if (Of(thread) < stamp)
                return false;
        }
        foreach (var (thread, stamp) in Overrides)
        {
            if (stamp < other.Of(thread))
                return false;
        }
        return true;
    }
}
