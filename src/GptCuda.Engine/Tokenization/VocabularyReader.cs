using System.Diagnostics;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Reads vocab.json or encoder.json straight from its UTF-8 into a <see cref="TokenTable"/>, without a string a token. Whatever
/// the file claims, memory is bounded by its own size.
/// </summary>
internal static class VocabularyReader
{
    /// <summary>Reads a vocabulary.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a vocabulary: the message says where and what.</exception>
    public static TokenTable Read(string path)
    {
        ReadOnlySpan<byte> json = VocabularyFile.Read(path).Span;
        // Decoded tokens are never longer than their JSON.
        var bytes = new byte[json.Length];
        var ends = new List<int>(json.Length / 16);
        var ids = new List<int>(json.Length / 16);
        var parser = new VocabularyParser(path, json);
        int end = 0;
        while (parser.TryRead(bytes.AsSpan(end), out int length, out int id))
        {
            end += length;
            ends.Add(end);
            ids.Add(id);
        }
        if (ids.Count == 0) throw new InvalidDataException($"{path}: has no tokens");
        return Arrange(path, bytes, ends, ids);
    }

    /// <summary>Checks that the ids are 0 to n - 1, each once, and puts the tokens in their order.</summary>
    private static TokenTable Arrange(string path, byte[] bytes, List<int> ends, List<int> ids)
    {
        int count = ids.Count;
        // Where in the file each id stands, counted from 1.
        var entries = new int[count];
        ReadOnlySpan<byte> TokenOf(int entry)
        {
            int start = entry == 1 ? 0 : ends[entry - 2];
            return bytes.AsSpan(start, ends[entry - 1] - start);
        }
        for (int entry = 1; entry <= count; entry++)
        {
            int id = ids[entry - 1];
            if (id >= count)
            {
                throw new InvalidDataException($"{path}: \"{Show(TokenOf(entry))}\" has id {id}, but there are {count} tokens: " +
                    $"ids must be 0 to {count - 1} without holes");
            }
            if (entries[id] > 0)
            {
                throw new InvalidDataException(
                    $"{path}: \"{Show(TokenOf(entries[id]))}\" and \"{Show(TokenOf(entry))}\" have the same id {id}");
            }
            entries[id] = entry;
        }

        var ordered = new byte[ends[^1]];
        var starts = new int[count + 1];
        for (int id = 0; id < count; id++)
        {
            ReadOnlySpan<byte> token = TokenOf(entries[id]);
            token.CopyTo(ordered.AsSpan(starts[id]));
            starts[id + 1] = starts[id] + token.Length;
        }
        var table = new TokenTable(ordered, starts);
        for (int id = 0; id < count; id++)
        {
            int holder = table.Add(id);
            if (holder != id) throw new InvalidDataException($"{path}: the token \"{Show(table[id])}\" has two ids, {holder} and {id}");
        }
        Debug.Assert(starts[^1] == ordered.Length);
        return table;
    }

    private static string Show(ReadOnlySpan<byte> token) => ByteAlphabet.Write(token[..Math.Min(token.Length, 60)]);
}
