using GptCuda.Engine.Download;

namespace GptCuda.Engine.Tests.Download;

/// <summary>A server with one small real repository, a folder for models, and options that do not make tests wait.</summary>
internal sealed class DownloadFixture : IDisposable
{
    public const string Repository = "owner/small-gpt2";
    public const string Resolve = $"/{Repository}/resolve/main";

    private readonly string _folder = Directory.CreateTempSubdirectory("gptcuda-download-").FullName;

    public DownloadFixture(string model = "hf-f32")
    {
        Source = GptCuda.Tests.Repository.TestData("models", model);
        Server = new RepositoryServer();
        foreach (string file
            in Directory.EnumerateFiles(Source).Where(file => !Path.GetFileName(file).StartsWith("golden", StringComparison.Ordinal)))
            Server.Put($"{Resolve}/{Path.GetFileName(file)}", File.ReadAllBytes(file));
        foreach (string file in (string[])["vocab.json", "merges.txt"])
            Server.Put($"{Resolve}/{file}", File.ReadAllBytes(Path.Combine(GptCuda.Tests.Repository.TinyModel, file)));
        Options = new DownloadOptions
        {
            HuggingFaceEndpoint = Server.Address,
            OpenAIEndpoint = new Uri(Server.Address, "gpt-2/models"),
            StallTimeout = TimeSpan.FromMilliseconds(300),
            FirstDelay = TimeSpan.FromMilliseconds(5),
            SegmentBytes = 256 << 10,
        };
    }

    public string Source { get; }

    public RepositoryServer Server { get; }

    public DownloadOptions Options { get; set; }

    public RecordingObserver Observer { get; } = new();

    /// <summary>The folder of models.</summary>
    public string Models => _folder;

    /// <summary>Where the repository's model is to lie.</summary>
    public string Target => Path.Combine(_folder, "owner", "small-gpt2");

    /// <summary>Where unfinished files gather.</summary>
    public string Staging => Path.Combine(_folder, "owner", ".small-gpt2.partial");

    public Task<string> RunAsync(string name = Repository, CancellationToken cancellation = default) =>
        ModelDownload.RunAsync(name, _folder, Options, Observer, cancellation);

    /// <summary>Requests for the weights' content, the probes left out.</summary>
    public IEnumerable<LoopbackRequest> WeightRequests =>
        Server.Requests.Where(request => request.Method == "GET" && request.Path == $"/store{Resolve}/model.safetensors");

    /// <summary>The model is there, its files are the served ones to the byte, and nothing unfinished is left.</summary>
    public void AssertComplete()
    {
        Assert.False(Directory.Exists(Staging));
        foreach (string file in (string[])["config.json", "model.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(Source, file)), File.ReadAllBytes(Path.Combine(Target, file)));
    }

    /// <summary>Nothing is there that a look-up would find.</summary>
    public void AssertNothingUsable()
    {
        Assert.False(Directory.Exists(Target));
        Assert.Throws<DirectoryNotFoundException>(() => ModelDirectory.Resolve(Repository, _folder));
    }

    /// <summary>Not even a lock or an empty folder is left in the folder of models.</summary>
    public void AssertNothingLeft() => Assert.Empty(Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories));

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
