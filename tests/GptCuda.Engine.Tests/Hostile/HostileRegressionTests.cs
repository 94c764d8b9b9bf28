using System.Text;
using GptCuda.Engine.Tests.Weights;
using GptCuda.Engine.Weights.HuggingFace;
using GptCuda.Engine.Weights.OpenAI;

namespace GptCuda.Engine.Tests.Hostile;

/// <summary>Damaged files that a reader of weights once took wrongly, or that a likely change would make it take wrongly.</summary>
public sealed class HostileRegressionTests
{
    [Fact]
    public void CheckpointKeys_ThatAreNotUtf8_StayDifferent()
    {
        // Both decode to U+FFFD, and a dictionary of decoded names met the same key twice.
        CheckpointWriter writer = new();
        writer.Entries["\u00FE"] = CheckpointWriter.Entry(1, [4], 0, 0, 16, 0);
        writer.Entries["\u00FF"] = CheckpointWriter.Entry(1, [4], 0, 16, 16, 0);

        Assert.Equal(["\u00FE", "\u00FF"], CheckpointIndex.Parse(writer.Index()).Entries.Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("""{"\u0061":1,"a":2}""", "a appears twice, the second time before byte 16")]
    [InlineData("""{"a":"\udfff"}""", null)]
    [InlineData("""{"model_type":"\udfff"}""", "not valid JSON: the string at byte 14 is not valid Unicode")]
    [InlineData("""{"\udfff":1}""", "not valid JSON: the string at byte 1 is not valid Unicode")]
    public void ConfigurationStrings_WithEscapes_AreComparedDecoded(string json, string? message) =>
        AssertConfiguration(Encoding.UTF8.GetBytes(json), message);

    [Fact]
    public void ConfigurationName_ThatIsNotUtf8_IsRefused() =>
        AssertConfiguration(
            [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'],
            "not valid JSON: the string at byte 1 is not valid Unicode");

    [Fact]
    public void SafetensorsTypeThatIsNotUtf8_IsRefused()
    {
        byte[] header = [.. """{"a":{"dtype":"F"""u8, 0xC3, .. "\",\"shape\":[],\"data_offsets\":[0,4]}}"u8];
        Assert.Throws<InvalidDataException>(() => SafetensorsHeader.Parse(header, "file", 8, 4));
    }

    [Fact]
    public void ShardNames_ThatTheSystemCannotOpen_AreRefused()
    {
        foreach (string name in new[] { new string('a', 300) + ".safetensors", "a\nb.safetensors" })
        {
            string json = $$$"""{"weight_map":{"a":{{{System.Text.Json.JsonSerializer.Serialize(name)}}}}}""";
            Assert.Throws<InvalidDataException>(() => ShardIndex.Parse(Encoding.UTF8.GetBytes(json)));
        }
    }

    private static void AssertConfiguration(byte[] json, string? message)
    {
        if (message is null)
            Assert.Equal(768, HuggingFaceConfiguration.Parse(json, []).Width);
        else
            Assert.Equal(
                $"config.json: {message}", Assert.Throws<InvalidDataException>(() => HuggingFaceConfiguration.Parse(json, [])).Message);
    }
}
