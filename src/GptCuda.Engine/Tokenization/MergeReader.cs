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
        // The shortest rule is "a b" and its line end: a file of empty lines makes no large table.
        var table = new MergeTable(Math.Min(text.Count((byte)'\n'), text.Length / 4) + 1);
        var token = new byte[text.Length];
        int rank = 0, merged = -1;
        for (int line = 1; !text.IsEmpty; line++)
        {
            int length = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> rule = length < 0 ? text : text[..length];
            text = length < 0 ? [] : text[(length + 1)..];
            if (rule is [.., (byte)'\r']) rule = rule[..^1];
            if (line == 1 && rule.StartsWith("#version"u8)) continue;
            if (rule.IsEmpty && !text.ContainsAnyExcept((byte)'\r', (byte)'\n')) break;
            if (Add(table, tokens, rule, rank++, token, ref merged) is string problem)
                throw new InvalidDataException($"{path}: line {line}: {problem}");
        }
        return table;
    }

    /// <summary>Adds a line's rule.</summary>
    /// <param name="table">Gets the rule.</param>
    /// <param name="tokens">The vocabulary.</param>
    /// <param name="rule">The line.</param>
    /// <param name="rank">The rule's precedence.</param>
    /// <param name="token">Room for as many bytes as the line has.</param>
    /// <param name="merged">What the rule before made, becomes what this one makes: vocabularies number them in a row.</param>
    /// <returns>What is wrong with the line, or null.</returns>
    private static string? Add(MergeTable table, TokenTable tokens, ReadOnlySpan<byte> rule, int rank, Span<byte> token, ref int merged)
    {
        int space = rule.IndexOf((byte)' ');
        if (space <= 0 || space == rule.Length - 1 || rule[(space + 1)..].IndexOf((byte)' ') >= 0)
            return $"expected two tokens with one space between, found \"{Show(rule)}\"";
        int left = ByteAlphabet.Decode(rule[..space], token);
        int right = left < 0 ? -1 : ByteAlphabet.Decode(rule[(space + 1)..], token[left..]);
        if (right < 0) return $"\"{Show(rule)}\" has characters outside GPT-2's byte alphabet";
        int leftId = tokens.Find(token[..left]), rightId = tokens.Find(token.Slice(left, right));
        merged = tokens.Find(token[..(left + right)], likely: merged + 1);
        if (leftId < 0) return Missing(token[..left]);
        if (rightId < 0) return Missing(token.Slice(left, right));
        if (merged < 0) return Missing(token[..(left + right)]);
        return table.TryAdd(leftId, rightId, rank, merged) ? null : $"the rule \"{Show(rule)}\" stands in the file twice";
    }

    private static string Missing(ReadOnlySpan<byte> token) =>
        $"\"{ByteAlphabet.Write(token[..Math.Min(token.Length, 60)])}\" is not in the vocabulary";

    private static string Show(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)]);
}
