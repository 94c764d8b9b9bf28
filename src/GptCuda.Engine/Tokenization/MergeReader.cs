using System.Text;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Reads merges.txt or vocab.bpe: a rule a line, two tokens in <see cref="ByteAlphabet"/> with a space between, the first rule
/// first in precedence. A first line that begins with "#version" is a comment; any other "#" is a token. Lines may end in CR LF.
/// </summary>
internal static class MergeReader
{
    /// <summary>Reads the rules.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tokens">The vocabulary, in which both parts of a rule and what it makes must be.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is no rule, or not for this vocabulary; the message has its number.</exception>
    public static MergeTable Read(string path, TokenTable tokens)
    {
        ReadOnlySpan<byte> text = VocabularyFile.Read(path).Span;
        var table = new MergeTable(text.Count((byte)'\n') + 1);
        var token = new byte[text.Length];
        int rank = 0;
        for (int line = 1; !text.IsEmpty; line++)
        {
            int length = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> rule = length < 0 ? text : text[..length];
            text = length < 0 ? [] : text[(length + 1)..];
            if (rule is [.., (byte)'\r']) rule = rule[..^1];
            if (line == 1 && rule.StartsWith("#version"u8)) continue;
            if (rule.IsEmpty && !text.ContainsAnyExcept((byte)'\r', (byte)'\n')) break;
            Add(table, tokens, rule, rank++, token, $"{path}: line {line}");
        }
        return table;
    }

    private static void Add(MergeTable table, TokenTable tokens, ReadOnlySpan<byte> rule, int rank, byte[] token, string where)
    {
        int space = rule.IndexOf((byte)' ');
        if (space <= 0 || space == rule.Length - 1 || rule[(space + 1)..].Contains((byte)' '))
            throw new InvalidDataException($"{where}: expected two tokens with one space between, found \"{Show(rule)}\"");
        if (!ByteAlphabet.TryDecode(rule[..space], token, out int left) ||
            !ByteAlphabet.TryDecode(rule[(space + 1)..], token.AsSpan(left), out int right))
        {
            throw new InvalidDataException($"{where}: \"{Show(rule)}\" has characters outside GPT-2's byte alphabet");
        }
        int leftId = Find(token.AsSpan(0, left)), rightId = Find(token.AsSpan(left, right)), merged = Find(token.AsSpan(0, left + right));
        if (!table.TryAdd(leftId, rightId, rank, merged))
            throw new InvalidDataException($"{where}: the rule \"{Show(rule)}\" stands in the file twice");

        int Find(ReadOnlySpan<byte> part)
        {
            int id = tokens.Find(part);
            return id >= 0 ? id : throw new InvalidDataException($"{where}: \"{ByteAlphabet.Write(part)}\" is not in the vocabulary");
        }
    }

    private static string Show(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)]);
}
