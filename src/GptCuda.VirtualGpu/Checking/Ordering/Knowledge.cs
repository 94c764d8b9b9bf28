namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>
/// A vector clock over the whole grid: for some blocks, which of their events somebody is ordered behind; nothing of the others.
/// Immutable, and shared by all that know the same.
/// </summary>
internal sealed class Knowledge
{
    private readonly long[] _blocks;
    private readonly BlockKnowledge[] _known;

    private Knowledge(long[] blocks, BlockKnowledge[] known)
    {
        _blocks = blocks;
        _known = known;
    }

    /// <summary>Nothing.</summary>
    public static Knowledge None { get; } = new([], []);

    /// <summary>How many blocks something is known of.</summary>
    public int Count => _blocks.Length;

    /// <summary>What is known of one block alone.</summary>
    public static Knowledge Of(long block, BlockKnowledge known) => new([block], [known]);

    /// <summary>What is known of a block, or null.</summary>
    public BlockKnowledge? Of(long block)
    {
        var index = Array.BinarySearch(_blocks, block);
        return index < 0 ? null : _known[index];
    }

    /// <summary>Whether an event is known.</summary>
    public bool Knows(long block, int thread, uint stamp) => Of(block) is { } known && known.Of(thread) >= stamp;

    /// <summary>The same without one block.</summary>
    public Knowledge Without(long block)
    {
        if (Array.BinarySearch(_blocks, block) < 0)
            return this;
        var kept = Enumerable.Range(0, _blocks.Length).Where(i => _blocks[i] != block).ToArray();
        return kept.Length == 0 ? None : new([.. kept.Select(i => _blocks[i])], [.. kept.Select(i => _known[i])]);
    }

    /// <summary>What either knows; one of the two themselves where it covers the other.</summary>
    public static Knowledge Join(Knowledge first, Knowledge second)
    {
        if (ReferenceEquals(first, second) || second.Count == 0)
            return first;
        if (first.Count == 0)
            return second;
        var blocks = new long[first.Count + second.Count];
        var known = new BlockKnowledge[blocks.Length];
        int i = 0, j = 0, n = 0;
        bool isFirst = true, isSecond = true;
        while (i < first.Count || j < second.Count)
        {
            if (j == second.Count || (i < first.Count && first._blocks[i] < second._blocks[j]))
            {
                (blocks[n], known[n]) = (first._blocks[i], first._known[i]);
                isSecond = false;
                i++;
            }
            else if (i == first.Count || second._blocks[j] < first._blocks[i])
            {
                (blocks[n], known[n]) = (second._blocks[j], second._known[j]);
                isFirst = false;
                j++;
            }
            else
            {
                blocks[n] = first._blocks[i];
                known[n] = BlockKnowledge.Join(first._known[i], second._known[j]);
                isFirst &= ReferenceEquals(known[n], first._known[i]);
                isSecond &= ReferenceEquals(known[n], second._known[j]);
                i++;
                j++;
            }
            n++;
        }
        if (isFirst)
            return first;
        return isSecond ? second : new(blocks[..n], known[..n]);
    }
}
