using System.Text;
using GptCuda.Engine.Tokenization;

namespace GptCuda.Tests.Tokenization;

/// <summary>Vocabularies with random damage: each loads and works, or is refused as invalid data. Anything else is a defect.</summary>
public sealed class VocabularyMutationTests
{
    private static readonly string[] Tokens = ["ab", "abc", "##", "th", "the", "Ġthe", "ĠĠ", "er"];
    private static readonly string[] Rules = ["a b", "ab c", "# #", "t h", "th e", "Ġ the", "Ġ Ġ", "e r"];

    /// <summary>What a mutation inserts: the syntax of both files, and values at the edges.</summary>
    private static readonly string[] Splices =
    [
        "\"", "{", "}", "[", ",", ":", "\\", "\\u", "\\ud800", "\\u0120", "\n", "\r\n", " ", "#", "#version", "-1", "0", "99999999999",
        "1e9", "null",
        "\"a\":0", "Ġ", "日", "\0", "\uFEFF", "/*", "\\\"", "2147483647", "\"\":5,",
    ];

    [Fact]
    public void Load_MutatedFiles_LoadsOrRefuses() => Mutate(seed: 1, count: 4000);

    [Fact]
    [Trait("Category", "Long")]
    public void Load_ManyMutatedFiles_LoadsOrRefuses() => Mutate(seed: 2, count: 100_000);

    private static void Mutate(int seed, int count)
    {
        // One folder for each kind of damage, so that a file is written a time.
        using var vocabularies = new VocabularyFolder(Tokens, Rules);
        using var merges = new VocabularyFolder(Tokens, Rules);
        byte[] vocabulary = File.ReadAllBytes(vocabularies.VocabularyPath), rules = File.ReadAllBytes(merges.MergesPath);
        int loaded = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            var random = new Random(seed * 1_000_003 + i);
            bool inRules = random.Next(2) == 0;
            byte[] mutant = MutateBytes(inRules ? rules : vocabulary, random);
            File.WriteAllBytes(inRules ? merges.MergesPath : vocabularies.VocabularyPath, mutant);
            try
            {
                Use(Tokenizer.Load(inRules ? merges.Path : vocabularies.Path));
                loaded++;
            }
            catch (InvalidDataException e)
            {
                Assert.True(e.Message.Length < 1000, e.Message);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, file {i}: {e}\n{Encoding.UTF8.GetString(mutant)}");
            }
        }
        // Both happen, or the mutations are too weak or too strong to show anything.
        Assert.InRange(loaded, count / 100, count);
        Assert.InRange(refused, count / 4, count);
    }

    private static void Use(Tokenizer tokenizer)
    {
        const string Text = "the abc ### \u00E9 error  日本 <|endoftext|>";
        try
        {
            int[] ids = tokenizer.Encode(Text, special: true);
            Assert.Equal(Text, tokenizer.Decode(ids));
        }
        catch (InvalidDataException e) when (e.Message.StartsWith("the vocabulary has no token for byte", StringComparison.Ordinal))
        {
            // A byte's token was damaged into another; the text that needs it is refused, and that is all.
        }
        for (int id = 0; id < tokenizer.VocabularySize; id++) Assert.NotEqual(0, tokenizer.TokenBytes(id).Length);
    }

    private static byte[] MutateBytes(byte[] source, Random random)
    {
        List<byte> bytes = [.. source];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes.RemoveRange(at, bytes.Count - at); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: if (at < bytes.Count) bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 3: if (at < bytes.Count) bytes[at] = (byte)random.Next(256); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 5: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)])); break;
                default:
                    if (
                    at < bytes.Count && bytes[at] is >= (byte)'0' and <= (byte)'9') bytes[at] = (byte)random.Next('0', '9' + 1); break;
            }
        }
        return [.. bytes];
    }
}
