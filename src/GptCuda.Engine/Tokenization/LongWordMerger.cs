namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Byte-pair merging in n log n steps, for words of any length: neighbours wait in a heap by rule, then position. Not for several
/// threads at once.
/// </summary>
internal sealed class LongWordMerger(MergeTable merges)
{
    /// <summary>Buffers for words longer than this are not kept.</summary>
    private const int LongestKept = 1 << 16;

    /// <summary>Positions, by the rank of the rule there, then by themselves; stale where the rule there has changed since.</summary>
    private readonly PriorityQueue<int, ulong> _waiting = new();
    private readonly List<int> _changed = [];

    /// <summary>The rule between the symbol at each position and the next; None where the symbol was merged away.</summary>
    private ulong[] _rules = [];
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Merges a word in place.</summary>
    /// <param name="ids">A token for each byte of the word; its front is overwritten with the merged tokens.</param>
    /// <returns>How many tokens are left.</returns>
    public int Merge(Span<int> ids)
    {
        Prepare(ids);
        while (_waiting.TryPeek(out _, out ulong first))
        {
            // What a round makes waits until its end: a rule is applied everywhere before another is considered.
            while (_waiting.TryPeek(out int position, out ulong key) && SameRank(key, first))
            {
                _waiting.Dequeue();
                if (SameRank(_rules[position], first)) Apply(ids, position);
            }
            foreach (int position in _changed) Await(position);
            _changed.Clear();
        }
        int count = 0;
        for (int position = 0; position < ids.Length; position = _next[position]) ids[count++] = ids[position];
        return count;
    }

    /// <summary>Forgets the buffers of an unusually long word.</summary>
    public void Trim()
    {
        if (_rules.Length <= LongestKept) return;
        _rules = [];
        _next = [];
        _previous = [];
        _waiting.Clear();
        _waiting.TrimExcess();
        _changed.TrimExcess();
    }

    private void Prepare(ReadOnlySpan<int> ids)
    {
        if (_rules.Length < ids.Length)
        {
            int length = Math.Max(ids.Length, 1024);
            _rules = new ulong[length];
            _next = new int[length];
            _previous = new int[length];
        }
        _waiting.Clear();
        _changed.Clear();
        for (int i = 0; i < ids.Length; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            _rules[i] = i + 1 < ids.Length ? merges.Find(ids[i], ids[i + 1]) : MergeTable.None;
            Await(i);
        }
    }

    private void Await(int position)
    {
        ulong rule = _rules[position];
        if (rule != MergeTable.None) _waiting.Enqueue(position, (rule & 0xFFFF_FFFF_0000_0000) | (uint)position);
    }

    /// <summary>Rules and keys both have the rank in their upper half.</summary>
    private static bool SameRank(ulong a, ulong b) => (a ^ b) >> 32 == 0;

    /// <summary>Merges the symbol at a position with its right neighbour.</summary>
    private void Apply(Span<int> ids, int position)
    {
        int right = _next[position], after = _next[right], before = _previous[position];
        ids[position] = MergeTable.Merged(_rules[position]);
        _rules[right] = MergeTable.None;
        _next[position] = after;
        _rules[position] = MergeTable.None;
        if (after < ids.Length)
        {
            _previous[after] = position;
            _rules[position] = merges.Find(ids[position], ids[after]);
            _changed.Add(position);
        }
        if (before >= 0)
        {
            _rules[before] = merges.Find(ids[before], ids[position]);
            _changed.Add(before);
        }
    }
}
