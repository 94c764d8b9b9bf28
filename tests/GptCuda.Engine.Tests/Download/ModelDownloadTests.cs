using System.Security.Cryptography;
using System.Text;
using GptCuda.Engine.Download;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;
using GptCuda.Tests;

namespace GptCuda.Engine.Tests.Download;

public sealed class ModelDownloadTests : IDisposable
{
    private readonly DownloadFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Run_HuggingFaceRepository_GivesTheServedFilesAndTheirProvenance()
    {
        Assert.Equal(_fixture.Target, await _fixture.RunAsync());

        _fixture.AssertComplete();
        Provenance provenance = Provenance.Read(_fixture.Target)!;
        Assert.Equal(DownloadFixture.Repository, provenance.Model);
        Assert.Equal(_fixture.Server.Commit, provenance.Commit);
        VerifiedFile weights = provenance.Files.Single(file => file.Name == "model.safetensors");
        Assert.Equal("SHA-256", weights.Algorithm);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(_fixture.Source, "model.safetensors")))), weights.Hash);
        Assert.Equal("Git blob SHA-1", provenance.Files.Single(file => file.Name == "config.json").Algorithm);
    }

    [Fact]
    public async Task Run_BeforeItStarts_SaysNamesAndSizes()
    {
        await _fixture.RunAsync();

        Assert.Equal(["config.json", "vocab.json", "merges.txt", "model.safetensors"], _fixture.Observer.Files.Select(file => file.Name));
        Assert.All(_fixture.Observer.Files, file => Assert.True(file.Length > 0));
    }

    [Fact]
    public async Task Run_SmallAndLargeModel_AsksForNothingThatIsNotNeeded()
    {
        _fixture.Server.Put($"{DownloadFixture.Resolve}/pytorch_model.bin", new byte[100]);

        await _fixture.RunAsync();

        string[] allowed = ["config.json", "vocab.json", "merges.txt", "model.safetensors"];
        Assert.All(_fixture.Server.Requests, request => Assert.Contains(request.Path.Split('/')[^1], allowed));
    }

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    public async Task Run_HalfAVocabulary_IsLeftOutAndTheModelTakesIds(string absent)
    {
        _fixture.Server.Remove($"{DownloadFixture.Resolve}/{absent}");

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        Assert.False(Tokenizer.IsIn(_fixture.Target));
        Assert.Contains(_fixture.Observer.Sayings, saying => saying.Contains($"has no {absent}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_LargeFile_UsesSeveralConnections()
    {
        await _fixture.RunAsync();

        Assert.Equal(4, _fixture.WeightRequests.Count());
        Assert.All(_fixture.WeightRequests, request => Assert.NotNull(request.Range));
    }

    [Fact]
    public async Task Run_Shards_FetchesWhatTheIndexNames()
    {
        using DownloadFixture sharded = new("hf-sharded");

        await sharded.RunAsync();

        Assert.Equal(7, Directory.GetFiles(sharded.Target, "model-*.safetensors").Length);
        using IWeightSource weights = WeightSource.Open(sharded.Target);
        Assert.NotEmpty(weights.Tensors);
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("..\\\\outside.safetensors")]
    [InlineData("config.json")]
    [InlineData("a\\u0000.safetensors")]
    public async Task Run_IndexNamesAPathOutside_IsRefused(string shard)
    {
        using DownloadFixture sharded = new("hf-sharded");
        sharded.Server.Put($"{DownloadFixture.Resolve}/model.safetensors.index.json",
            Encoding.UTF8.GetBytes("{\"weight_map\":{\"wte.weight\":\"" + shard + "\"}}"));

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => sharded.RunAsync());

        Assert.Contains("is no name of a weight file", e.Message, StringComparison.Ordinal);
        sharded.AssertNothingUsable();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_OpenAI_VerifiesMd5AndUsesKnownHashesForTheVocabulary(bool refusesHead)
    {
        using RepositoryServer azure = new() { Commit = null, SendsMd5 = true };
        azure.Misbehave = request => refusesHead && request.Method == "HEAD" ? new Misbehaviour { Status = 405 } : null;
        azure.PutFolder("/gpt-2/models/124M", Repository.TestData("models", "openai-tf"));
        azure.PutFolder("/gpt-2/models/124M", Repository.TestData("gpt2"));
        azure.Put("/gpt-2/models/124M/model.ckpt.meta", "not read"u8.ToArray());
        _fixture.Options = _fixture.Options with
        {
            Source = DownloadSource.OpenAI,
            OpenAIEndpoint = new Uri(azure.Address, "gpt-2/models"),
        };

        string target = await _fixture.RunAsync("124M");

        Assert.Equal(Path.Combine(_fixture.Models, "124M"), target);
        Provenance provenance = Provenance.Read(target)!;
        Assert.Equal("SHA-256", provenance.Files.Single(file => file.Name == "vocab.bpe").Algorithm);
        Assert.Equal("MD5", provenance.Files.Single(file => file.Name == "model.ckpt.data-00000-of-00001").Algorithm);
    }

    [Fact]
    public async Task Run_OpenAIVocabularyAltered_IsRefusedByItsKnownHash()
    {
        using RepositoryServer azure = new() { Commit = null, SendsMd5 = true };
        azure.PutFolder("/gpt-2/models/124M", Repository.TestData("models", "openai-tf"));
        azure.PutFolder("/gpt-2/models/124M", Repository.TestData("gpt2"));
        azure.Put("/gpt-2/models/124M/model.ckpt.meta", "not read"u8.ToArray());
        azure.Put("/gpt-2/models/124M/vocab.bpe", "#version: 0.2\na b\n"u8.ToArray());
        _fixture.Options = _fixture.Options with
        {
            Source = DownloadSource.OpenAI,
            OpenAIEndpoint = new Uri(azure.Address, "gpt-2/models"),
        };

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync("124M"));

        Assert.Contains("vocab.bpe: expected SHA-256 1ce16647", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ModelIsThere_FetchesNothing()
    {
        await _fixture.RunAsync();
        int before = _fixture.Server.Requests.Count();

        await _fixture.RunAsync();

        Assert.Equal(before, _fixture.Server.Requests.Count());
        Assert.Contains(_fixture.Observer.Sayings, saying => saying.Contains("already", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_AnotherRevisionIsThere_IsAnErrorWithBoth()
    {
        await _fixture.RunAsync();
        _fixture.Options = _fixture.Options with { Revision = "v2" };

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("holds revision main, not v2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CommitOfWhatIsThere_FetchesNothing()
    {
        await _fixture.RunAsync();
        int before = _fixture.Server.Requests.Count();
        _fixture.Options = _fixture.Options with { Revision = _fixture.Server.Commit! };

        await _fixture.RunAsync();

        Assert.Equal(before, _fixture.Server.Requests.Count());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task Run_LengthThatNoFileHas_IsRefused(long length)
    {
        _fixture.Server.Misbehave = request => request.Path == $"{DownloadFixture.Resolve}/model.safetensors"
            ? new Misbehaviour { Header = ("X-Linked-Size", $"{length}") }
            : null;

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains($"{length} bytes", e.Message, StringComparison.Ordinal);
        _fixture.AssertNothingUsable();
    }

    [Fact]
    public async Task Run_TwoAtOnce_OneFetchesAndBothEndWithTheModel()
    {
        string[] targets = await Task.WhenAll(_fixture.RunAsync(), _fixture.RunAsync());

        Assert.All(targets, target => Assert.Equal(_fixture.Target, target));
        _fixture.AssertComplete();
        Assert.Single(
            _fixture.Server.Requests,
            request => request is { Method: "GET" } && request.Path.EndsWith("/vocab.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_DiskTooSmall_SaysHowMuchIsMissingBeforeItFetches()
    {
        _fixture.Server.Misbehave = request => request.Path == $"{DownloadFixture.Resolve}/model.safetensors" && request.Method == "HEAD"
            ? new Misbehaviour { Header = ("X-Linked-Size", $"{1L << 50}") }
            : null;

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("MiB free", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            _fixture.Server.Requests,
            request => request.Method == "GET" && !request.Path.EndsWith("/config.json", StringComparison.Ordinal));
        _fixture.AssertNothingLeft();
    }

    [Fact]
    public async Task Run_WholeButNoModel_LeavesNothing()
    {
        byte[] config = File.ReadAllBytes(Path.Combine(_fixture.Source, "config.json"));
        _fixture.Server.Put($"{DownloadFixture.Resolve}/config.json",
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(config).Replace("\"n_layer\": ", "\"n_layer\": 1", StringComparison.Ordinal)));

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("no model", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fixture.Staging));
        _fixture.AssertNothingUsable();
    }

    [Theory]
    [InlineData("125M", "neither a size")]
    [InlineData("../up", "neither a size")]
    [InlineData("a/b/c", "neither a size")]
    public async Task Run_NameThatIsNone_SaysWhatNamesThereAre(string name, string expected)
    {
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => _fixture.RunAsync(name));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownRepository_SaysSo()
    {
        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync("owner/absent"));
        Assert.Contains("has no config.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RepositoryThatMayNotBeSeen_NamesTheTokenAndDoubtsTheName()
    {
        _fixture.Server.Misbehave = _ => new Misbehaviour { Status = 401 };

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("full name? A private or gated one needs an access token in HF_TOKEN", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Token_GoesToTheEndpointAndNotToWhereItRedirects()
    {
        using RepositoryServer storage = new() { Commit = null };
        string path = $"{DownloadFixture.Resolve}/model.safetensors";
        storage.Put(path, File.ReadAllBytes(Path.Combine(_fixture.Source, "model.safetensors")));
        // 127.0.0.1 on another port is another host as far as a token goes.
        _fixture.Server.Misbehave = request => request.Path == path
            ? new Misbehaviour { RedirectTo = new Uri(storage.Address, path) }
            : null;
        _fixture.Options = _fixture.Options with { Token = "secret" };

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        Assert.All(_fixture.Server.Requests, request => Assert.Equal("Bearer secret", request["Authorization"]));
        Assert.NotEmpty(storage.Requests);
        Assert.All(storage.Requests, request => Assert.Null(request["Authorization"]));
    }

    [Fact]
    public async Task Run_RedirectsForEver_Ends()
    {
        _fixture.Server.Misbehave = request => new Misbehaviour { RedirectTo = new Uri(_fixture.Server.Address, request.Path) };

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("redirects", e.Message, StringComparison.Ordinal);
    }
}
