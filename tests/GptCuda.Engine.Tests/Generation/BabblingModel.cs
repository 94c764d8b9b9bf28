using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>
/// A model over bytes that likes a few letters, the parts of two characters of several bytes, and now and then the end of the text;
/// what it likes next depends on everything before.
/// </summary>
internal static class BabblingModel
{
    public const int ContextLength = 40;

    private static readonly int[] Favourites =
        [.. "ab \n"u8.ToArray().Concat("é日"u8.ToArray()).Select(value => (int)value), ByteVocabulary.EndOfText];

    public static GptConfiguration Configuration { get; } = new()
    {
        VocabularySize = 257,
        ContextLength = ContextLength,
        Width = 8,
        HeadCount = 1,
        LayerCount = 1,
        InnerSize = 8,
        EndOfText = ByteVocabulary.EndOfText,
    };

    public static HistoryBackend Backend(int slots) => new(Configuration, slots, LogitsAfter);

    public static GptModel Load(int slots, Tokenizer? tokenizer = null) => Wrap(Backend(slots), tokenizer ?? ByteVocabulary.Tokenizer);

    public static GptModel Wrap(HistoryBackend backend, Tokenizer? tokenizer) => new(backend, tokenizer, "babble", TimeSpan.FromSeconds(1));

    public static float[] LogitsAfter(int[] history)
    {
        ulong hash = 14695981039346656037;
        foreach (int token in history)
            hash = (hash ^ (uint)token) * 1099511628211;
        var random = new Random((int)(hash ^ hash >> 32));
        float[] logits = [.. Enumerable.Range(0, Configuration.VocabularySize).Select(_ => -20 + random.NextSingle())];
        foreach (int token in Favourites)
            logits[token] = 2 * random.NextSingle();
        logits[ByteVocabulary.EndOfText] -= 1;
        return logits;
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
