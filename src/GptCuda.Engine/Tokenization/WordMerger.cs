namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Byte-pair merging of a word: the neighbours whose rule comes first are merged wherever they stand, left to right, until no
/// rule applies (bpe in OpenAI's encoder.py). Short words by searching all neighbours in each round; long ones are handed to
/// <see cref="LongWordMerger"/>. Not for several threads at once.
/// </summary>
internal sealed class WordMerger(MergeTable merges, int[] byteTokens)
{
    /// <summary>Longest word, in bytes, for which a search of all neighbours in every round beats a heap.</summary>
    private const int LongestSearched = 128;

    private readonly ulong[] _rules = new ulong[LongestSearched];
    private LongWordMerger? _long;

    /// <summary>Merges a word.</summary>
    /// <param name="word">At least one byte.</param>
    /// <param name="ids">Receives the ids; at least as long as <paramref name="word"/>.</param>
    /// <returns>How many ids the word has.</returns>
    /// <exception cref="InvalidDataException">The vocabulary has no token for a byte of the word.</exception>
    public int Merge(ReadOnlySpan<byte> word, Span<int> ids)
    {
        ids = ids[..word.Length];
        for (int i = 0; i < word.Length; i++)
        {
            int id = byteTokens[word[i]];
            if (id < 0) throw new InvalidDataException($"the vocabulary has no token for byte 0x{word[i]:X2}, which the text needs");
            ids[i] = id;
        }
        return word.Length <= LongestSearched ? Search(ids) : (_long ??= new LongWordMerger(merges)).Merge(ids);
    }

    /// <summary>Forgets the buffers of an unusually long word.</summary>
    public void Trim() => _long?.Trim();

    private int Search(Span<int> ids)
    {
        int count = ids.Length;
        Span<ulong> rules = _rules.AsSpan(0, count);
        for (int i = 0; i + 1 < count; i++) rules[i] = merges.Find(ids[i], ids[i + 1]);
        rules[count - 1] = MergeTable.None;
        while (count > 1)
        {
            ulong best = MergeTable.None;
            foreach (ulong rule in rules[..(count - 1)]) best = Math.Min(best, rule);
            if (best == MergeTable.None) break;
            count = MergeAll(ids, rules, count, best);
        }
        return count;
    }

    /// <summary>Applies one rule wherever it fits, left to right, closing the gaps.</summary>
    private int MergeAll(Span<int> ids, Span<ulong> rules, int count, ulong best)
    {
        int kept = 0;
        bool leftChanged = false;
        for (int i = 0; i < count; kept++)
        {
            bool merged = rules[i] == best;
            int step = merged ? 2 : 1;
            ids[kept] = merged ? MergeTable.Merged(best) : ids[i];
            // The rule to a symbol's right is the old one unless one of the two is new.
            if (kept > 0 && (merged || leftChanged)) rules[kept - 1] = merges.Find(ids[kept - 1], ids[kept]);
            rules[kept] = rules[i + step - 1];
            leftChanged = merged;
            i += step;
        }
        rules[kept - 1] = MergeTable.None;
        return kept;
    }
}
