using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GptCuda.Tests.Tokenization;

/// <summary>
/// encoder.py, written plainly in C#: a regular expression, strings, dictionaries and a cache of words. It shares nothing with the
/// tokenizer that it judges. Where text is not ASCII the pattern is matched on a shadow of it, one character a code point.
/// </summary>
internal sealed partial class PlainTokenizer
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<(string, string), int> _ranks = [];
    private readonly Dictionary<string, int[]> _cache = [];
    private readonly string[] _byteCharacters = new string[256];

    public PlainTokenizer(string vocabularyPath, string mergesPath)
    {
        _vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(vocabularyPath))!;
        foreach (string line in File.ReadAllLines(mergesPath).Skip(1).Where(line => line.Length > 0))
            _ranks[(line.Split(' ')[0], line.Split(' ')[1])] = _ranks.Count;
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174;
            _byteCharacters[value] = ((char)(printable ? value : next++)).ToString();
        }
    }

    public List<int> Encode(string text)
    {
        List<int> ids = [];
        foreach (string word in Words(text)) ids.AddRange(EncodeWord(word));
        return ids;
    }

    public static IEnumerable<string> Words(string text)
    {
        if (Ascii.IsValid(text))
        {
            foreach (Match match in Pattern().Matches(text)) yield return match.Value;
            yield break;
        }
        Rune[] runes = [.. text.EnumerateRunes()];
        string shadow = string.Concat(runes.Select(Shadow));
        foreach (Match match in Pattern().Matches(shadow))
            yield return string.Concat(runes.Skip(match.Index).Take(match.Length).Select(rune => rune.ToString()));
    }

    /// <summary>A character of the Basic Multilingual Plane that the pattern cannot tell from the code point.</summary>
    private static char Shadow(Rune rune) => rune.Value switch
    {
        < 0x80 => (char)rune.Value,
        // White_Space above ASCII, from Unicode's PropList.txt.
        0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000 => '\u3000',
        _ => CharUnicodeInfo.GetUnicodeCategory(rune.Value) switch
        {
            <= UnicodeCategory.OtherLetter => 'é',
            >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => '½',
            _ => '§',
        },
    };

    private int[] EncodeWord(string word)
    {
        if (_cache.TryGetValue(word, out int[]? ids)) return ids;
        List<string> symbols = [.. Encoding.UTF8.GetBytes(word).Select(value => _byteCharacters[value])];
        while (symbols.Count > 1)
        {
            (string Left, string Right) best = default;
            int lowest = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out int rank) && rank < lowest)
                    (lowest, best) = (rank, (symbols[i], symbols[i + 1]));
            }
            if (lowest == int.MaxValue) break;
            List<string> merged = [];
            for (int i = 0; i < symbols.Count; i++)
            {
                bool fits = i + 1 < symbols.Count && symbols[i] == best.Left && symbols[i + 1] == best.Right;
                merged.Add(fits ? symbols[i] + symbols[++i] : symbols[i]);
            }
            symbols = merged;
        }
        return _cache[word] = [.. symbols.Select(symbol => _vocabulary[symbol])];
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Pattern();
}
