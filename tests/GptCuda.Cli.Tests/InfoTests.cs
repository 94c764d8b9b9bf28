using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

/// <summary><c>gptcuda info</c>.</summary>
public sealed class InfoTests
{
    [Fact]
    public void Json_TellsConfigurationParametersAndMemory()
    {
        CliResult result = Shell.Run("info", "--json").Succeeded();
        using JsonDocument line = JsonDocument.Parse(Assert.Single(result.Lines));
        JsonElement info = line.RootElement;
        Assert.Equal(4, info.GetProperty("layers").GetInt32());
        Assert.Equal(192, info.GetProperty("width").GetInt32());
        Assert.Equal(3, info.GetProperty("heads").GetInt32());
        Assert.Equal(512, info.GetProperty("context_length").GetInt32());
        Assert.Equal(4097, info.GetProperty("vocabulary_size").GetInt32());
        // wte + wpe + 4 x (two LayerNorms, qkv, projection, MLP up and down with biases) + ln_f.
        const int Block = 4 * 192 + (192 + 1) * 576 + (192 + 1) * 192 + (192 + 1) * 768 + (768 + 1) * 192;
        Assert.Equal(4097 * 192 + 512 * 192 + 4 * Block + 2 * 192, info.GetProperty("parameters").GetInt64());
        JsonElement[] memory = [.. info.GetProperty("memory").EnumerateArray()];
        Assert.Equal(12, memory.Length);
        foreach (JsonElement row in memory)
        {
            // Keys and values of 4 layers, 512 positions, 192 channels, f32.
            Assert.Equal(2L * 4 * 512 * 192 * 4 * row.GetProperty("sequences").GetInt32(), row.GetProperty("cache").GetInt64());
            Assert.Equal(
                row.GetProperty("weights").GetInt64() + row.GetProperty("cache").GetInt64() + row.GetProperty("activations").GetInt64(),
                row.GetProperty("total").GetInt64());
        }
        Assert.Equal(["f32", "bf16", "f16", "int8"], memory.Select(row => row.GetProperty("dtype").GetString()).Distinct());
    }

    [Fact]
    public void Table_TellsTheSame()
    {
        string table = Shell.Run("info").Succeeded().Output;
        foreach (string word in (string[])["2,664,768", "context", "512", "f32", "bf16", "f16", "int8", "MiB"])
            Assert.Contains(word, table, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordThatSteersATerminal_IsShownAndNotObeyed()
    {
        using TemporaryFolder folder = new();
        string model = AlteredModel.Write(Path.Combine(folder.Path, "m"), "ln_f.bias", (Half)0);
        File.WriteAllText(
            Path.Combine(model, "gptcuda-source.json"),
            """
            {"model":"a/b","source":"s\u001b[2J","completed":"2026-01-01T00:00:00Z",
             "files":[{"name":"[red]\u001b]0;x","length":1,"algorithm":null,"hash":null}]}
            """);

        string table = Shell.Run("info", "--model", model).Succeeded().Output;

        Assert.DoesNotContain('\u001b', table);
        Assert.Contains("[red]", table, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelOfAnySize_IsToldWithoutLoadingIt()
    {
        using JsonDocument line = JsonDocument.Parse(
            Shell.Run("info", "--model", "synthetic:1558M", "--dtype", "bf16", "--json").Succeeded().Output);
        Assert.Equal(1_557_611_200, line.RootElement.GetProperty("parameters").GetInt64());
        Assert.All(
            line.RootElement.GetProperty("memory").EnumerateArray(), row => Assert.Equal("bf16", row.GetProperty("dtype").GetString()));
        Assert.False(line.RootElement.GetProperty("has_vocabulary").GetBoolean());
    }

    [Fact]
    public void FolderWithoutAModel_Fails() => Shell.Run("info", "--model", Repository.TestData("tokenizer")).Failed(1, "config.json");
}
