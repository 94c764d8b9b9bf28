using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Reads vocab.json or encoder.json, one JSON object of tokens in <see cref="ByteAlphabet"/> and their ids, straight from its
/// UTF-8 into a <see cref="TokenTable"/>. Whatever the file claims, memory is bounded by its own size.
/// </summary>
internal static class VocabularyReader
{
    /// <summary>Reads a vocabulary.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a vocabulary: the message says where and what.</exception>
    public static TokenTable Read(string path)
    {
        ReadOnlyMemory<byte> json = VocabularyFile.Read(path);
        // Decoded tokens are never longer than their JSON; an entry has at least the four bytes of "":0.
        var bytes = new byte[json.Length];
        var ends = new List<int>(json.Length / 16);
        var ids = new List<int>(json.Length / 16);
        try
        {
            Parse(path, json.Span, bytes, ends, ids);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: not JSON: {e.Message}", e);
        }
        if (ids.Count == 0) throw new InvalidDataException($"{path}: has no tokens");
        return Arrange(path, bytes, ends, ids);
    }

    private static void Parse(string path, ReadOnlySpan<byte> json, byte[] bytes, List<int> ends, List<int> ids)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong(path, reader, $"expected an object, found {reader.TokenType}");
        int end = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int written = ReadToken(path, reader, bytes.AsSpan(end));
            ReadOnlySpan<byte> token = bytes.AsSpan(end, written);
            end += written;
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number)
                throw Wrong(path, reader, $"expected the id of \"{ByteAlphabet.Write(token)}\", found {reader.TokenType}");
            if (!reader.TryGetInt32(out int id) || id < 0)
            {
                string value = Shorten(Encoding.UTF8.GetString(reader.ValueSpan));
                throw Wrong(path, reader, $"expected the id of \"{ByteAlphabet.Write(token)}\", a whole number from 0, found {value}");
            }
            ends.Add(end);
            ids.Add(id);
        }
        // Whatever follows the object is an error that the reader itself finds.
        reader.Read();
    }

    private static int ReadToken(string path, in Utf8JsonReader reader, Span<byte> bytes)
    {
        ReadOnlySpan<byte> text = reader.ValueSpan;
        bool decoded;
        int written;
        if (reader.ValueIsEscaped)
        {
            // The unescaped text is never longer than the escaped, nor than the room that is left for it.
            Span<byte> room = bytes[..text.Length];
            try
            {
                text = room[..reader.CopyString(room)];
            }
            catch (InvalidOperationException)
            {
                throw Wrong(path, reader, $"the token \"{Shorten(Encoding.UTF8.GetString(text))}\" is not valid text");
            }
            // In place: every byte written comes from at least one that was read before.
            decoded = ByteAlphabet.TryDecode(text, bytes, out written);
        }
        else decoded = ByteAlphabet.TryDecode(text, bytes, out written);
        if (decoded && written > 0) return written;
        string problem = text.IsEmpty ? "an empty token" :
            $"the token \"{Shorten(Encoding.UTF8.GetString(reader.ValueSpan))}\" has characters outside GPT-2's byte alphabet";
        throw Wrong(path, reader, problem);
    }

    /// <summary>Checks that the ids are 0 to n - 1, each once, and puts the tokens in their order.</summary>
    private static TokenTable Arrange(string path, byte[] bytes, List<int> ends, List<int> ids)
    {
        int count = ids.Count;
        var entries = new int[count];
        entries.AsSpan().Fill(-1);
        ReadOnlySpan<byte> TokenOf(int entry) => bytes.AsSpan((entry == 0 ? 0 : ends[entry - 1])..ends[entry]);
        for (int entry = 0; entry < count; entry++)
        {
            int id = ids[entry];
            if (id >= count)
            {
                throw new InvalidDataException($"{path}: \"{Show(TokenOf(entry))}\" has id {id}, but there are {count} tokens: " +
                    $"ids must be 0 to {count - 1} without holes");
            }
            if (entries[id] >= 0)
                throw new InvalidDataException($"{path}: \"{Show(TokenOf(entries[id]))}\" and \"{Show(TokenOf(entry))}\" have the same id {id}");
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

    private static string Show(ReadOnlySpan<byte> token) => Shorten(ByteAlphabet.Write(token));

    private static string Shorten(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 57)}...";

    private static InvalidDataException Wrong(string path, in Utf8JsonReader reader, string problem) =>
        new($"{path}: byte {reader.TokenStartIndex}: {problem}");
}
