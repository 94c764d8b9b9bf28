using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Engine;
using GptCuda.Engine.Tests.Download;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Tests;

/// <summary>A repository of the size and layout of the real ones, served, fetched over several connections, and used.</summary>
public sealed class DownloadFullSizeTests
{
    private const string Repository = "openai-community/gpt2";

    [Fact]
    [Trait("Category", "Long")]
    public void Download_124MRepository_IsUsedByItsShortName()
    {
        using RepositoryServer server = new();
        using TemporaryFolder models = new();
        GptConfiguration configuration = ReleasedSizes.Find("124M")!;
        string root = $"/{Repository}/resolve/main";
        server.Put($"{root}/config.json", Encoding.UTF8.GetBytes("""{"model_type":"gpt2","eos_token_id":50256}"""));
        server.Put($"{root}/vocab.json", File.ReadAllBytes(GptCuda.Tests.Repository.TestData("gpt2", "encoder.json")));
        server.Put($"{root}/merges.txt", File.ReadAllBytes(GptCuda.Tests.Repository.TestData("gpt2", "vocab.bpe")));
        server.Put($"{root}/model.safetensors", Safetensors(configuration));
        CliRun run = new()
        {
            Arguments = ["download", "124M"],
            Environment = new() { ["HF_ENDPOINT"] = server.Address.ToString(), ["GPTCUDA_MODELS"] = models.Path },
        };

        run.Finish().Succeeded();
        CliResult generated = (run with { Arguments = ["generate", "--model", "124M", "--greedy", "-n", "3", "--json", "Alan Turing"] }).Finish().Succeeded();

        Assert.True(server.Requests.Count(request => request.Path.StartsWith("/store", StringComparison.Ordinal) && request.Range is not null) >= 4);
        // All weights are zero, so every logit is, and the lowest id wins each time.
        using JsonDocument line = JsonDocument.Parse(generated.OutputBytes);
        Assert.Equal([0, 0, 0], line.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal("!!!", line.RootElement.GetProperty("text").GetString());
    }

    /// <summary>All tensors of a configuration as F16 zeros.</summary>
    private static byte[] Safetensors(GptConfiguration configuration)
    {
        StringBuilder header = new("{");
        long offset = 0;
        foreach (WeightShape tensor in WeightCatalog.Tensors(configuration))
        {
            long bytes = 2 * tensor.Shape.Aggregate(1L, (product, extent) => product * extent);
            header.Append($"{(offset == 0 ? "" : ",")}\"{tensor.Name}\":{{\"dtype\":\"F16\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{offset},{offset + bytes}]}}");
            offset += bytes;
        }
        byte[] json = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        byte[] file = new byte[8 + json.Length + offset];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        return file;
    }
}
