using System.Text;
using GptCuda.Engine.Download;

namespace GptCuda.Engine.Tests.Download;

/// <summary>What a download leaves on the disk and asks of the server when it cannot succeed, and what it says then.</summary>
public sealed class DownloadTraceTests : IDisposable
{
    private readonly DownloadFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("""{"model_type":"llama","hidden_size":4096}""", "llama")]
    [InlineData("""{"activation_function":"relu","model_type":"opt"}""", "relu")]
    [InlineData("[]", "config.json")]
    public async Task Run_RepositoryThatIsNotGpt2_IsRefusedBeforeAnythingElseIsAskedFor(string configuration, string found)
    {
        _fixture.Server.Put($"{DownloadFixture.Resolve}/config.json", Encoding.UTF8.GetBytes(configuration));

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("is no GPT-2", e.Message, StringComparison.Ordinal);
        Assert.Contains(found, e.Message, StringComparison.Ordinal);
        Assert.All(_fixture.Server.Requests, request => Assert.EndsWith("/config.json", request.Path, StringComparison.Ordinal));
        Assert.Empty(_fixture.Observer.Files);
        _fixture.AssertNothingLeft();
    }

    [Theory]
    [InlineData("owner/absent")]
    [InlineData("124M")]
    public async Task Run_NothingFetched_LeavesNeitherLocksNorEmptyFolders(string name)
    {
        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync(name));

        _fixture.AssertNothingLeft();
    }

    [Fact]
    public async Task Run_FileInTheModelsPlace_IsAnErrorBeforeAnythingIsAskedFor()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_fixture.Target)!);
        File.WriteAllText(_fixture.Target, "");

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.StartsWith($"{_fixture.Target} is a file", e.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Server.Requests);
    }

    [Fact]
    public async Task Run_Success_LeavesTheModelAlone()
    {
        await _fixture.RunAsync();

        Assert.Equal([_fixture.Target], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_fixture.Target)!));
    }

    [Fact]
    public async Task Run_FailureInTheMiddle_KeepsWhatCameAndNoLock()
    {
        _fixture.Server.Misbehave = request =>
            request.Path == $"/store{DownloadFixture.Resolve}/model.safetensors" && request.Method == "GET"
            ? new Misbehaviour { Status = 404 }
            : null;

        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Equal([_fixture.Staging], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_fixture.Target)!));
        Assert.True(File.Exists(Path.Combine(_fixture.Staging, "config.json")));
    }

    [Fact]
    public async Task Run_ServerCannotBeReached_SaysWhatToDo()
    {
        // Nothing listens on a port that was just given back.
        Uri nowhere = new RepositoryServerThatLeft().Address;
        _fixture.Options = _fixture.Options with { HuggingFaceEndpoint = nowhere, OpenAIEndpoint = nowhere, Attempts = 2 };

        DownloadException hub = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());
        _fixture.Options = _fixture.Options with { Source = DownloadSource.OpenAI };
        DownloadException openAI = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync("124M"));

        foreach (string word in (string[])["network", "HTTPS_PROXY", "HF_ENDPOINT", nowhere.Authority])
            Assert.Contains(word, hub.Message, StringComparison.Ordinal);
        Assert.Contains("GPTCUDA_OPENAI_ENDPOINT", openAI.Message, StringComparison.Ordinal);
        _fixture.AssertNothingLeft();
    }

    [Fact]
    public async Task Run_ServerThatRefuses_IsNoMatterOfTheNetwork()
    {
        _fixture.Server.Misbehave = _ => new Misbehaviour { Status = 503 };
        _fixture.Options = _fixture.Options with { Attempts = 2 };

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.DoesNotContain("HTTPS_PROXY", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FolderThatCannotBeMade_SaysWhichAndHowToNameAnother()
    {
        string file = Path.Combine(_fixture.Models, "file");
        File.WriteAllText(file, "");

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => ModelDownload.RunAsync(
            DownloadFixture.Repository, Path.Combine(file, "models"), _fixture.Options, _fixture.Observer, CancellationToken.None));

        Assert.StartsWith(Path.Combine(file, "models"), e.Message, StringComparison.Ordinal);
        Assert.Contains("--models_dir", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".lock", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FreeSpace_WhereTheSystemDoesNotSay_IsUnknown()
    {
        Assert.True(FreeSpace.At(_fixture.Models) > 0);
        Assert.Null(FreeSpace.At(Path.Combine(_fixture.Models, "absent")));
    }

    [Fact]
    public void DirectoryEntries_FolderThatIsNone_IsAnError()
    {
        DirectoryEntries.Flush(_fixture.Models);
        if (!OperatingSystem.IsWindows())
            Assert.Throws<IOException>(() => DirectoryEntries.Flush(Path.Combine(_fixture.Models, "absent")));
    }

    /// <summary>The address of a server that has been there.</summary>
    private sealed class RepositoryServerThatLeft
    {
        public RepositoryServerThatLeft()
        {
            using RepositoryServer server = new();
            Address = server.Address;
        }

        public Uri Address { get; }
    }
}
