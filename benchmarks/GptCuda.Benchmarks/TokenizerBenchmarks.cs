using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using GptCuda.Engine.Tokenization;
using GptCuda.Tests.Tokenization;

namespace GptCuda.Benchmarks;

/// <summary>
/// GPT-2's vocabulary on English, one thread: the tokenizer beside a plain one of regular expression and dictionaries, whose
/// cache knows every word after the first round. That is the plain one's best case.
/// </summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private readonly ArrayBufferWriter<int> _ids = new(1 << 20);
    private int[] _englishIds = [];
    private string _folder = "";
    private string _english = "";
    private Tokenizer _tokenizer = null!;
    private PlainTokenizer _plain = null!;

    [GlobalSetup]
    public void Load()
    {
        string data = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "..", "tests", "data"));
        _folder = Path.Combine(data, "gpt2");
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(data, "tiny-golden", "perplexity.json")));
        IEnumerable<string> documents = cases.RootElement.EnumerateArray().Select(document => document.GetProperty("text").GetString()!);
        // ASCII alone: the plain tokenizer takes a slow way round for everything else, and would be judged by that.
        _english = string.Concat(string.Join('\n', documents).Where(char.IsAscii));
        _tokenizer = Tokenizer.Load(_folder);
        _englishIds = _tokenizer.Encode(_english);
        _plain = new PlainTokenizer(Path.Combine(_folder, "encoder.json"), Path.Combine(_folder, "vocab.bpe"));
    }

    [Benchmark(Baseline = true)]
    public int EncodePlain() => _plain.Encode(_english).Count;

    [Benchmark]
    public int Encode()
    {
        _ids.ResetWrittenCount();
        _tokenizer.Encode(_english, _ids);
        return _ids.WrittenCount;
    }

    [Benchmark]
    public int Decode() => _tokenizer.Decode(_englishIds).Length;

    [Benchmark]
    public Tokenizer LoadVocabulary() => Tokenizer.Load(_folder);

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
