using System.Buffers;
using System.Text;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// GPT-2's byte-level byte-pair encoding: every string has ids, and the ids give the string back. Ids are those of OpenAI's
/// encoder.py. Immutable; any number of threads may use one at the same time.
/// </summary>
public sealed class Tokenizer
{
    /// <summary>How the end-of-text token is written.</summary>
    public const string EndOfTextLiteral = "<|endoftext|>";

    private static readonly (string Vocabulary, string Merges)[] Layouts = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")];

    private readonly TokenTable _tokens;
    private readonly MergeTable _merges;
    private readonly int[] _byteTokens = new int[256];

    /// <summary>An encoder that no thread is using; a second thread makes its own, and the last to finish leaves one here.</summary>
    private TextEncoder? _idle;

    private Tokenizer(TokenTable tokens, MergeTable merges)
    {
        _tokens = tokens;
        _merges = merges;
        for (int value = 0; value < 256; value++) _byteTokens[value] = tokens.Find([(byte)value]);
        int endOfText = tokens.Find("<|endoftext|>"u8);
        EndOfText = endOfText < 0 ? null : endOfText;
    }

    /// <summary>Number of tokens; ids are 0 to one less. A model may have more rows than that (padding).</summary>
    public int VocabularySize => _tokens.Count;

    /// <summary>Id of <see cref="EndOfTextLiteral"/>, or null in a vocabulary without it.</summary>
    public int? EndOfText { get; }

    /// <summary>Whether a directory holds vocabulary files, complete or not: any of the names that <see cref="Load"/> reads.</summary>
    public static bool IsIn(string directory) => NamesIn(directory).Count > 0;

    /// <summary>
    /// Loads <c>vocab.json</c> and <c>merges.txt</c> (Hugging Face), else <c>encoder.json</c> and <c>vocab.bpe</c> (OpenAI).
    /// </summary>
    /// <param name="directory">Where they are; nothing else in it is read.</param>
    /// <exception cref="FileNotFoundException">Neither pair is complete in the directory.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says; the message has file, place and value.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static Tokenizer Load(string directory)
    {
        foreach ((string vocabulary, string merges) in Layouts)
        {
            string vocabularyPath = Path.Combine(directory, vocabulary), mergesPath = Path.Combine(directory, merges);
            if (!Path.Exists(vocabularyPath) || !Path.Exists(mergesPath)) continue;
            TokenTable tokens = VocabularyReader.Read(vocabularyPath);
            return new Tokenizer(tokens, MergeReader.Read(mergesPath, tokens));
        }
        List<string> present = NamesIn(directory);
        throw new FileNotFoundException($"{directory}: expected vocab.json and merges.txt, or encoder.json and vocab.bpe, found " +
            (present.Count == 0 ? "none of them" : $"only {string.Join(" and ", present)}"));
    }

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text. A surrogate without its partner counts as U+FFFD, as it does when encoded in UTF-8.</param>
    /// <param name="special">Whether a literal <see cref="EndOfTextLiteral"/> is the token; otherwise it is text like any other.</param>
    /// <exception cref="InvalidDataException">The vocabulary has no token for a byte of the text; GPT-2's has all 256.</exception>
    public int[] Encode(ReadOnlySpan<char> text, bool special = false)
    {
        TextEncoder encoder = Take();
        try
        {
            Encode(encoder, text, taker: null, special);
            return encoder.Ids.ToArray();
        }
        finally
        {
            GiveBack(encoder);
        }
    }

    /// <summary>Appends the ids of a text: those of <see cref="Encode(ReadOnlySpan{char}, bool)"/>, handed over piece by piece.</summary>
    /// <param name="text">Any text. A surrogate without its partner counts as U+FFFD, as it does when encoded in UTF-8.</param>
    /// <param name="ids">Receives the ids.</param>
    /// <param name="special">Whether a literal <see cref="EndOfTextLiteral"/> is the token; otherwise it is text like any other.</param>
    /// <exception cref="InvalidDataException">The vocabulary has no token for a byte of the text; GPT-2's has all 256.</exception>
    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids, bool special = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        TextEncoder encoder = Take();
        try
        {
            Encode(encoder, text, ids, special);
            encoder.Flush(ids);
        }
        finally
        {
            GiveBack(encoder);
        }
    }

    /// <summary>
    /// The text of ids. Bytes that are not UTF-8 become U+FFFD, and so does each half of a character whose tokens are decoded apart:
    /// <see cref="Utf8StreamDecoder"/> is for that.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        long length = 0;
        foreach (int id in ids) length += TokenBytes(id).Length;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(checked((int)length));
        int end = 0;
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> token = _tokens[id];
            token.CopyTo(bytes.AsSpan(end));
            end += token.Length;
        }
        string text = Encoding.UTF8.GetString(bytes, 0, end);
        ArrayPool<byte>.Shared.Return(bytes);
        return text;
    }

    /// <summary>The bytes that a token stands for: at least one, often a word and its space, sometimes part of a UTF-8 sequence.</summary>
    /// <returns>Memory of the tokenizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int id)
    {
        if ((uint)id >= (uint)VocabularySize)
        {
            throw new ArgumentOutOfRangeException(nameof(id), id,
                $"the vocabulary has {VocabularySize} tokens, ids 0 to {VocabularySize - 1}");
        }
        return _tokens[id];
    }

    private static List<string> NamesIn(string directory)
    {
        List<string> names = [];
        foreach ((string vocabulary, string merges) in Layouts)
        {
            if (Path.Exists(Path.Combine(directory, vocabulary))) names.Add(vocabulary);
            if (Path.Exists(Path.Combine(directory, merges))) names.Add(merges);
        }
        return names;
    }

    private void Encode(TextEncoder encoder, ReadOnlySpan<char> text, IBufferWriter<int>? taker, bool special)
    {
        while (special && EndOfText is int endOfText && text.IndexOf(EndOfTextLiteral) is int length and >= 0)
        {
            encoder.Encode(text[..length], taker);
            encoder.Add(endOfText);
            text = text[(length + EndOfTextLiteral.Length)..];
        }
        encoder.Encode(text, taker);
    }

    private TextEncoder Take() => Interlocked.Exchange(ref _idle, null) ?? new TextEncoder(_merges, _byteTokens);

    private void GiveBack(TextEncoder encoder)
    {
        encoder.Clear();
        encoder.Trim();
        Volatile.Write(ref _idle, encoder);
    }
}
