using System.Diagnostics;
using System.Text.Json;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

/// <summary>What is accepted as a vocabulary, and how everything else is refused.</summary>
public sealed class LoadTests : IDisposable
{
    private static readonly string[] Tokens = ["ab", "abc", "##"];
    private static readonly string[] Rules = ["a b", "ab c", "# #"];

    private readonly VocabularyFolder _folder = new(Tokens, Rules);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_SmallVocabulary_Encodes()
    {
        Tokenizer tokenizer = Tokenizer.Load(_folder.Path);
        Assert.Equal([257, 258, '#'], tokenizer.Encode("abc###"));
        Assert.Equal(("##", 260, 259), (tokenizer.Decode([258]), tokenizer.VocabularySize, tokenizer.EndOfText));
    }

    [Theory]
    [InlineData("#version: 0.2\r\na b\r\nab c\r\n# #\r\n")]
    [InlineData("#version: 0.2\na b\nab c\n# #")]
    [InlineData("a b\nab c\n# #\n")]
    [InlineData("a b\r\nab c\r\n# #")]
    [InlineData("# #\na b\nab c\n\n\n")]
    [InlineData("\uFEFF#version: 0.2\na b\nab c\n# #\n")]
    public void Load_MergesInEveryForm_GivesTheSameIds(string merges)
    {
        _folder.WriteMerges(merges);
        Assert.Equal([257, 258, '#'], Tokenizer.Load(_folder.Path).Encode("abc###"));
    }

    [Fact]
    public void Load_NoRules_EncodesBytes()
    {
        _folder.WriteMerges("#version: 0.2\n");
        Assert.Equal("abc".Length, Tokenizer.Load(_folder.Path).Encode("abc").Length);
    }

    [Theory]
    [InlineData("{\"a\":0,\"\\\"\":1,\"\\\\\":2,\"\\/\":3,\"\\u0120\":4,\"\\u00e9\":5,\"\\u00FF\":6}")]
    [InlineData("\uFEFF \r\n\t{ \"a\" :0\n,\"\\u0022\": 1,\"\\u005C\":2,\"/\":3,\"Ġ\":4,\"é\":5,\"ÿ\" : 6 } \n")]
    public void Load_JsonInEveryForm_GivesTheSameTokens(string json)
    {
        _folder.WriteVocabulary(json);
        _folder.WriteMerges("#version: 0.2\n");
        Tokenizer tokenizer = Tokenizer.Load(_folder.Path);
        byte[] bytes = [.. Enumerable.Range(0, 7).Select(id => tokenizer.TokenBytes(id)[0])];
        Assert.Equal([(byte)'a', (byte)'"', (byte)'\\', (byte)'/', (byte)' ', 0xE9, 0xFF], bytes);
    }

    [Fact]
    public void Load_OpenAiNames_EqualsHuggingFaceNames()
    {
        File.Move(_folder.VocabularyPath, Path.Combine(_folder.Path, "encoder.json"));
        File.Move(_folder.MergesPath, Path.Combine(_folder.Path, "vocab.bpe"));
        Assert.True(Tokenizer.IsIn(_folder.Path));
        Assert.Equal([257, 258, '#'], Tokenizer.Load(_folder.Path).Encode("abc###"));
    }

    [Fact]
    public void Load_IncompletePairOfOneLayout_UsesTheOther()
    {
        File.Copy(Path.Combine(Vocabularies.Gpt2Folder, "encoder.json"), Path.Combine(_folder.Path, "encoder.json"));
        Assert.Equal(260, Tokenizer.Load(_folder.Path).VocabularySize);
    }

    [Fact]
    public void Load_NoFiles_ThrowsAndIsInIsFalse()
    {
        using var empty = new VocabularyFolder([], []);
        File.Delete(empty.VocabularyPath);
        File.Delete(empty.MergesPath);
        Assert.False(Tokenizer.IsIn(empty.Path));
        Assert.False(Tokenizer.IsIn(Path.Combine(empty.Path, "nowhere")));
        Assert.Contains(
            "none of them", Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(empty.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MergesMissing_SaysWhatIsThere()
    {
        File.Delete(_folder.MergesPath);
        Assert.True(Tokenizer.IsIn(_folder.Path));
        Assert.Contains(
            "only vocab.json", Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" ", "byte 1: expected an object, found the end of the file")]
    [InlineData("{", "found the end of the file")]
    [InlineData("{}", "no tokens")]
    [InlineData("[]", "byte 0: expected an object, found []")]
    [InlineData("null", "expected an object, found null")]
    [InlineData("{\"a\":0} x", "byte 8: expected the end of the file after }, found x")]
    [InlineData("{\"a\":0,}", "byte 7: expected a token in quotation marks, found }")]
    [InlineData("{\"a\":0,\"b\":0}", "\"a\" and \"b\" have the same id 0")]
    [InlineData("{\"a\":0,\"a\":1}", "\"a\" has two ids, 0 and 1")]
    [InlineData("{\"a\":0,\"\\u0061\":1}", "\"a\" has two ids, 0 and 1")]
    [InlineData("{\"a\":0,\"b\":2}", "\"b\" has id 2, but there are 2 tokens")]
    [InlineData("{\"a\":2147483647}", "has id 2147483647")]
    [InlineData("{\"a\":2147483648}", "found 2147483648")]
    [InlineData("{\"a\":-1}", "found -1")]
    [InlineData("{\"a\":0.5}", "found 0.5")]
    [InlineData("{\"a\":1e99}", "found 1e99")]
    [InlineData("{\"a\":\"0\"}", "expected the id of \"a\", a whole number from 0, found \"0\"")]
    [InlineData("{\"a\":null}", "found null")]
    [InlineData("{\"a\":{\"b\":0}}", "found {\"b\":0}")]
    [InlineData("{\"\":0}", "empty token")]
    [InlineData("{\"a\" 0}", "expected a colon, found 0}")]
    [InlineData("{\"a\":0 \"b\":1}", "expected a comma, or }, found \"b\":1}")]
    [InlineData("{a:0}", "expected a token in quotation marks, or }, found a:0}")]
    [InlineData("{\"a", "closing quotation mark, found the end of the file")]
    [InlineData("{\"a\":", "found the end of the file")]
    [InlineData("{\"a\":0", "expected a comma, or }, found the end of the file")]
    [InlineData("{\"a\":00}", "found 00}")]
    [InlineData("{\"a\":01}", "found 01}")]
    [InlineData("{\"a\":+1}", "found +1}")]
    [InlineData("{\"a\":99999999999999999999999999}", "found 999999999999")]
    [InlineData("{\"\\x\":0}", "expected a JSON escape")]
    [InlineData("{\"\\", "expected a JSON escape")]
    [InlineData("{\"\\u12", "four hexadecimal digits")]
    [InlineData("{\"\\u00g1\":0}", "four hexadecimal digits")]
    [InlineData("{\"\\u0020\":0}", "outside GPT-2's byte alphabet")]
    [InlineData("{\"a b\":0}", "outside GPT-2's byte alphabet")]
    [InlineData("{\"日\":0}", "outside GPT-2's byte alphabet")]
    [InlineData("{\"\\n\":0}", "outside GPT-2's byte alphabet")]
    [InlineData("{\"\\ud83d\":0}", "outside GPT-2's byte alphabet")]
    [InlineData("{\"\\u0144\":0}", "outside GPT-2's byte alphabet")]
    public void Load_BadVocabulary_IsInvalidDataWithFileAndValue(string json, string says)
    {
        _folder.WriteVocabulary(json);
        AssertRefused("vocab.json", says);
    }

    [Theory]
    [InlineData("#version: 0.2\na\n", "line 2: expected two tokens")]
    [InlineData("a b\n\nab c\n", "line 2: expected two tokens")]
    [InlineData("a b c\n", "line 1: expected two tokens")]
    [InlineData(" a b\n", "line 1: expected two tokens")]
    [InlineData("a  b\n", "line 1: expected two tokens")]
    [InlineData("a b \n", "line 1: expected two tokens")]
    [InlineData("a\tb\n", "line 1: expected two tokens")]
    [InlineData("a b\na b\n", "line 2: the rule \"a b\" stands in the file twice")]
    [InlineData("a b\nabx c\n", "line 2: \"abx\" is not in the vocabulary")]
    [InlineData("a b\nc abx\n", "line 2: \"abx\" is not in the vocabulary")]
    [InlineData("b a\n", "line 1: \"ba\" is not in the vocabulary")]
    [InlineData("a 日\n", "line 1: \"a 日\" has characters outside")]
    [InlineData("a b\n#version: 0.2\n", "line 2: \"#version:\" is not in the vocabulary")]
    public void Load_BadMerges_IsInvalidDataWithFileAndLine(string merges, string says)
    {
        _folder.WriteMerges(merges);
        AssertRefused("merges.txt", says);
    }

    [Fact]
    public void Load_DeepJson_IsInvalidData()
    {
        _folder.WriteVocabulary(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
        AssertRefused("vocab.json", "found {\"a\":");
        _folder.WriteVocabulary(new string('[', 100_000));
        AssertRefused("vocab.json", "expected an object, found [[");
    }

    [Theory]
    [InlineData(new byte[] { 0xC4 })]
    [InlineData(new byte[] { 0xC4, 0x28 })]
    [InlineData(new byte[] { 0xC1, 0xA1 })]
    [InlineData(new byte[] { 0xE3, 0x81 })]
    [InlineData(new byte[] { 0xFF })]
    public void Load_BrokenUtf8_IsInvalidData(byte[] token)
    {
        File.WriteAllBytes(_folder.VocabularyPath, [.. "{\""u8, .. token, .. "\":0}"u8]);
        AssertRefused("vocab.json", "outside GPT-2's byte alphabet");
        File.WriteAllBytes(_folder.VocabularyPath, [.. "{\"a"u8, .. token]);
        AssertRefused("vocab.json", "outside GPT-2's byte alphabet");
    }

    [Fact]
    public void Load_DirectoryForFile_IsInvalidData()
    {
        File.Delete(_folder.MergesPath);
        Directory.CreateDirectory(_folder.MergesPath);
        AssertRefused("merges.txt", "is a directory");
    }

    [SkippableFact]
    public void Load_PipeForFile_IsInvalidDataAndDoesNotWait()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no pipes in folders");
        File.Delete(_folder.VocabularyPath);
        using (Process process = Process.Start("mkfifo", [_folder.VocabularyPath])) process.WaitForExit();
        AssertRefused("vocab.json", "not a regular file");

        string pipe = _folder.VocabularyPath + ".pipe";
        File.Move(_folder.VocabularyPath, pipe);
        File.CreateSymbolicLink(_folder.VocabularyPath, pipe);
        AssertRefused("vocab.json", "not a regular file");
    }

    [SkippableFact]
    public void Load_Links_AreFollowed()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        foreach (string path in new[] { _folder.VocabularyPath, _folder.MergesPath })
        {
            File.Move(path, path + ".blob");
            File.CreateSymbolicLink(path, Path.GetFileName(path) + ".blob");
        }
        Assert.Equal(260, Tokenizer.Load(_folder.Path).VocabularySize);

        File.Delete(_folder.MergesPath + ".blob");
        Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(_folder.Path));
    }

    [Fact]
    public void Load_SparseGigabytes_IsRefusedWithoutReading()
    {
        using (FileStream file = File.OpenWrite(_folder.VocabularyPath)) file.SetLength(8L << 30);
        AssertRefused("vocab.json", "8589934592 bytes");
    }

    [Fact]
    public void Load_MegabytesOfEmptyLines_AllocatesInProportion()
    {
        _folder.WriteMerges("#version: 0.2\n" + new string('\n', 8 << 20));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Tokenizer.Load(_folder.Path);
        // The file's text twice, and a table for as many rules as would fit in it: 2 to 4 slots of 16 bytes for 4 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20L * (8 << 20));
    }

    [Fact]
    public void Encode_ByteWithoutToken_SaysWhich()
    {
        _folder.WriteVocabulary("{\"a\":0,\"b\":1,\"ab\":2}");
        _folder.WriteMerges("a b\n");
        Tokenizer tokenizer = Tokenizer.Load(_folder.Path);
        Assert.Null(tokenizer.EndOfText);
        Assert.Equal([2, 0], tokenizer.Encode("aba"));
        Assert.Contains("0x63", Assert.Throws<InvalidDataException>(() => tokenizer.Encode("abc")).Message, StringComparison.Ordinal);
        Assert.Equal([2, 0], tokenizer.Encode("aba"));
    }

    [Fact]
    public void Load_ShuffledVocabulary_EqualsOrdered()
    {
        KeyValuePair<string, int>[] entries =
            [.. JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(_folder.VocabularyPath))!];
        new Random(1).Shuffle(entries);
        _folder.WriteVocabulary(JsonSerializer.Serialize(entries.ToDictionary()));
        Assert.Equal([257, 258, '#'], Tokenizer.Load(_folder.Path).Encode("abc###"));
    }

    private void AssertRefused(string file, string says)
    {
        var error = Assert.Throws<InvalidDataException>(() => Tokenizer.Load(_folder.Path));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1000, error.Message);
    }
}
