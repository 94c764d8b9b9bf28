using System.Numerics;

namespace GptCuda.Engine.Tokenization;

/// <summary>The merge rules: which two neighbouring tokens become which one, and in what order of precedence.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> returns for a pair without a rule; greater than every rule.</summary>
    public const ulong None = ulong.MaxValue;

    /// <summary>Open addressing, linear probing, at most half full: key then rule side by side, in one cache line. Key 0 is free.</summary>
    private readonly ulong[] _slots;
    private readonly int _mask;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Most rules that will be added.</param>
    public MergeTable(int capacity)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * capacity, 2));
        _slots = new ulong[2 * slots];
        _mask = slots - 1;
    }

    /// <summary>The token that a rule makes.</summary>
    public static int Merged(ulong rule) => (int)(uint)rule;

    /// <summary>Adds a rule.</summary>
    /// <returns>False, and nothing is changed, where the pair has a rule already.</returns>
    public bool TryAdd(int left, int right, int rank, int merged)
    {
        ulong key = Key(left, right);
        int slot = Probe(key);
        if (_slots[slot] == key) return false;
        _slots[slot] = key;
        _slots[slot + 1] = ((ulong)(uint)rank << 32) | (uint)merged;
        return true;
    }

    /// <summary>
    /// The rule for two neighbours, or <see cref="None"/>. Of two rules the smaller comes first; equal rules are the same rule.
    /// </summary>
    public ulong Find(int left, int right)
    {
        ulong key = Key(left, right);
        int slot = Probe(key);
        return _slots[slot] == key ? _slots[slot + 1] : None;
    }

    private int Probe(ulong key)
    {
        for (int slot = (int)KeyedHash.Of(key) & _mask; ; slot = (slot + 1) & _mask)
        {
            ulong found = _slots[2 * slot];
            if (found == key || found == 0) return 2 * slot;
        }
    }

    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;
}
