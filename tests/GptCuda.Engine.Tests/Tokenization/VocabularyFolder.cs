using System.Text.Json;

namespace GptCuda.Tests.Tokenization;

/// <summary>A small vocabulary in a folder of its own, deleted when disposed: the 256 bytes, some more tokens, end-of-text.</summary>
internal sealed class VocabularyFolder : IDisposable
{
    public VocabularyFolder(string[] tokens, string[] rules)
    {
        Path = Directory.CreateTempSubdirectory("gptcuda-vocabulary-").FullName;
        int next = 256;
        List<string> all = [];
        for (int value = 0; value < 256; value++)
            all.Add(((char)(value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? value : next++)).ToString());
        all.AddRange(tokens);
        all.Add("<|endoftext|>");
        Dictionary<string, int> ids = all.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
        WriteVocabulary(JsonSerializer.Serialize(ids));
        WriteMerges("#version: 0.2\n" + string.Concat(rules.Select(rule => rule + "\n")));
    }

    public string Path { get; }

    public string VocabularyPath => System.IO.Path.Combine(Path, "vocab.json");

    public string MergesPath => System.IO.Path.Combine(Path, "merges.txt");

    public void WriteVocabulary(string text) => File.WriteAllText(VocabularyPath, text);

    public void WriteMerges(string text) => File.WriteAllText(MergesPath, text);

    public PlainTokenizer Plain() => new(VocabularyPath, MergesPath);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
