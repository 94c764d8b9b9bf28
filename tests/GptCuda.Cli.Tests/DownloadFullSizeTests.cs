using System.Text;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Engine.Tests.Download;

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
        string root = $"/{Repository}/resolve/main";
        server.Put($"{root}/config.json", Encoding.UTF8.GetBytes(ZeroModel.Configuration));
        server.Put($"{root}/vocab.json", File.ReadAllBytes(GptCuda.Tests.Repository.TestData("gpt2", "encoder.json")));
        server.Put($"{root}/merges.txt", File.ReadAllBytes(GptCuda.Tests.Repository.TestData("gpt2", "vocab.bpe")));
        server.Put($"{root}/model.safetensors", ZeroModel.Weights());
        CliRun run = new()
        {
            Arguments = ["download", "124M"],
            Environment = new() { ["HF_ENDPOINT"] = server.Address.ToString(), ["GPTCUDA_MODELS"] = models.Path },
        };

        run.Finish().Succeeded();
        CliResult generated = (
            run with { Arguments = ["generate", "--model", "124M", "--greedy", "-n", "3", "--json", "Alan Turing"] }).Finish().Succeeded();

        Assert.True(server.Requests.Count(request => request.Path.StartsWith("/store", StringComparison.Ordinal) && request.Range is not null) >= 4);
        // All weights are zero, so every logit is, and the lowest id wins each time.
        using JsonDocument line = JsonDocument.Parse(generated.OutputBytes);
        Assert.Equal([0, 0, 0], line.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal("!!!", line.RootElement.GetProperty("text").GetString());
    }
}
