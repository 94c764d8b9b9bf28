using System.Text;
using System.Text.Json;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Engine.Tests.Generation;

/// <summary>A vocabulary of the 256 bytes, ids equal to them, and the end-of-text token: text cut at every byte.</summary>
internal static class ByteVocabulary
{
    public const int EndOfText = 256;

    public static Tokenizer Tokenizer { get; } = Make();

    /// <summary>The text of ids, end of text included, by the framework's decoder.</summary>
    public static string Decode(IEnumerable<int> ids) =>
        Encoding.UTF8.GetString([.. ids.SelectMany(id => id == EndOfText ? "<|endoftext|>"u8.ToArray() : [(byte)id])]);

    private static Tokenizer Make()
    {
        // GPT-2's alphabet: printable bytes stand for themselves, the others for the characters from U+0100 on.
        var vocabulary = new Dictionary<string, int>();
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            vocabulary.Add(((char)(printable ? value : next++)).ToString(), value);
        }
        vocabulary.Add("<|endoftext|>", EndOfText);
        string directory = Directory.CreateTempSubdirectory("gptcuda-vocabulary-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "vocab.json"), JsonSerializer.Serialize(vocabulary));
            File.WriteAllText(Path.Combine(directory, "merges.txt"), "#version: 0.2\n");
            return Tokenizer.Load(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
