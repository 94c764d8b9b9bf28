using GptCuda.Engine.Download;

namespace GptCuda.Engine.Tests.Download;

/// <summary>Every way in which a server or a network lets a download down, and what is left of it.</summary>
public sealed class DownloadFaultTests : IDisposable
{
    private const string Weights = $"/store{DownloadFixture.Resolve}/model.safetensors";

    /// <summary>For what is not about stalling: a busy machine answers late, and one late answer must not stand for the fault.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DownloadFixture _fixture = new();
    private int _count;

    public void Dispose() => _fixture.Dispose();

    /// <summary>Mishandles the first requests for the weights' content, then behaves.</summary>
    private void Misbehave(int times, Misbehaviour wrong) =>
        _fixture.Server.Misbehave = request =>
            request is { Method: "GET", Path: Weights } && Interlocked.Increment(ref _count) <= times ? wrong : null;

    public static TheoryData<string> AllFaults => ["truncate", "stall", "reset", "503", "429", "500", "range ignored", "416", "range lie"];

    /// <summary>Those that one connection without a range does not get round.</summary>
    public static TheoryData<string> LastingFaults => ["truncate", "stall", "reset", "503", "429", "500", "416"];

    private static Misbehaviour Fault(string name) => name switch
    {
        "truncate" => new() { TruncateAfter = 100_000 },
        "stall" => new() { StallAfter = 100_000 },
        "reset" => new() { ResetAfter = 100_000 },
        "503" => new() { Status = 503 },
        "429" => new() { Status = 429, Header = ("Retry-After", "0") },
        "500" => new() { Status = 500 },
        "range ignored" => new() { IgnoreRange = true },
        "416" => new() { Status = 416 },
        "range lie" => new() { Header = ("Content-Range", "bytes 7-8/9") },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    [Theory]
    [MemberData(nameof(AllFaults))]
    public async Task Run_FaultThatPasses_EndsWithTheWholeModel(string fault)
    {
        Misbehave(times: 3, Fault(fault));

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        // What is wrong with a range only is over once the whole file is asked for: after one such answer, if it came before
        // the other connections had asked.
        Assert.True(_count > (LastingFaults.Contains(fault) ? 3 : 1), $"{_count} requests");
    }

    [Theory]
    [MemberData(nameof(LastingFaults))]
    public async Task Run_FaultThatStays_EndsWithAnErrorAndNothingUsable(string fault)
    {
        // A server that moves a little each time would go on for long; this one brings nothing.
        Misbehave(int.MaxValue, Fault(fault) switch
        {
            { TruncateAfter: not null } => new() { TruncateAfter = 0 },
            { StallAfter: not null } => new() { StallAfter = 0 },
            { ResetAfter: not null } => new() { ResetAfter = 0 },
            Misbehaviour other => other,
        });
        _fixture.Options = _fixture.Options with { Attempts = 3, StallTimeout = TimeSpan.FromMilliseconds(100) };

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.StartsWith("model.safetensors:", e.Message, StringComparison.Ordinal);
        _fixture.AssertNothingUsable();
    }

    [Fact]
    public async Task Run_AfterAFailure_GoesOnFromWhatIsThere()
    {
        _fixture.Options = _fixture.Options with { Connections = 1, Attempts = 1, StallTimeout = Patience };
        Misbehave(times: 1, new Misbehaviour { TruncateAfter = 1_000_000 });
        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());
        _fixture.AssertNothingUsable();

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        Assert.True(_fixture.Observer.PresentAtStart >= 1_000_000, $"{_fixture.Observer.PresentAtStart} bytes were taken over");
        Assert.Equal(_fixture.Observer.Files.ToDictionary(file => file.Name, file => file.Length), _fixture.Observer.Present);
        LoopbackRequest second = _fixture.WeightRequests.Last();
        Assert.True(second.Range?.From >= 1_000_000 - (256 << 10), $"asked from {second.Range?.From}");
        Assert.NotNull(second["If-Range"]);
    }

    [Fact]
    public async Task Run_ContentChangedBetweenTwoAttempts_BeginsAnew()
    {
        byte[] before = File.ReadAllBytes(Path.Combine(_fixture.Source, "model.safetensors"));
        byte[] earlier = [.. before];
        earlier[^1] ^= 1;
        string path = $"{DownloadFixture.Resolve}/model.safetensors";
        _fixture.Server.Put(path, earlier);
        _fixture.Options = _fixture.Options with { Connections = 1, Attempts = 1, StallTimeout = Patience };
        Misbehave(times: 1, new Misbehaviour { TruncateAfter = 1_000_000 });
        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        _fixture.Server.Put(path, before);
        await _fixture.RunAsync();

        _fixture.AssertComplete();
    }

    [Fact]
    public async Task Run_ConnectionsGetDifferentContent_BeginsAnewOnOne()
    {
        byte[] other = File.ReadAllBytes(Path.Combine(_fixture.Source, "model.safetensors"));
        Array.Reverse(other);
        Misbehave(times: 1, new Misbehaviour { Content = other, Header = ("ETag", "\"other\"") });

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        Assert.Contains(_fixture.Observer.Sayings, saying => saying.Contains("beginning anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_NeitherHashNorStrongTag_DoesNotGoOnWithWhatCouldBeOther()
    {
        using RepositoryServer server = new() { Commit = null };
        foreach (string file in (string[])["config.json", "model.safetensors"])
            server.Put($"{DownloadFixture.Resolve}/{file}", File.ReadAllBytes(Path.Combine(_fixture.Source, file)));
        Misbehaviour plain = new() { Header = ("ETag", "W/\"weak\"") };
        server.Misbehave = request =>
            request is { Method: "GET", Path: $"{DownloadFixture.Resolve}/model.safetensors" } && Interlocked.Increment(ref _count) == 1
                ? plain with { TruncateAfter = 1_000_000 }
                : plain;
        _fixture.Options = _fixture.Options with
        {
            HuggingFaceEndpoint = server.Address,
            Connections = 1,
            Attempts = 1,
            StallTimeout = Patience,
        };
        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        Assert.Null(server.Requests.Last().Range);
    }

    [Fact]
    public async Task Run_ContentIsNotWhatTheHashSays_DiscardsItAndSaysBoth()
    {
        byte[] wrong = File.ReadAllBytes(Path.Combine(_fixture.Source, "model.safetensors"));
        wrong[wrong.Length / 2] ^= 0x40;
        Misbehave(int.MaxValue, new Misbehaviour { Content = wrong });

        DownloadException e = await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        Assert.Contains("expected SHA-256", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_fixture.Staging, "model.safetensors.part")));
        _fixture.AssertNothingUsable();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Run_ContentIsLongerOrShorterThanAnnounced_IsNotTaken(int difference)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(_fixture.Source, "model.safetensors"));
        Array.Resize(ref content, content.Length + difference);
        Misbehave(int.MaxValue, new Misbehaviour { Content = content });
        _fixture.Options = _fixture.Options with { Connections = 1, Attempts = 3 };

        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());

        _fixture.AssertNothingUsable();
    }

    [Fact]
    public async Task Run_RetryAfter_IsWaitedFor()
    {
        Misbehave(times: 1, new Misbehaviour { Status = 429, Header = ("Retry-After", "1") });
        _fixture.Options = _fixture.Options with { Connections = 1 };
        long start = Environment.TickCount64;

        await _fixture.RunAsync();

        // The timer may fire a few milliseconds early.
        Assert.True(Environment.TickCount64 - start >= 950);
        _fixture.AssertComplete();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task Run_ServerRefusesHead_IsProbedWithOneByte(int status)
    {
        _fixture.Server.Misbehave = request => request.Method == "HEAD" ? new Misbehaviour { Status = status } : null;

        await _fixture.RunAsync();

        _fixture.AssertComplete();
    }

    [Fact]
    public async Task Run_Cancelled_KeepsThePartAndGoesOnLater()
    {
        _fixture.Options = _fixture.Options with { Connections = 1, StallTimeout = TimeSpan.FromSeconds(30) };
        Misbehave(times: 1, new Misbehaviour { StallAfter = 500_000 });
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _fixture.RunAsync(cancellation: source.Token));
        _fixture.AssertNothingUsable();

        await _fixture.RunAsync();

        _fixture.AssertComplete();
        Assert.True(_fixture.Observer.PresentAtStart > 0);
    }

    [Fact]
    public async Task Run_DamagedState_BeginsAnew()
    {
        _fixture.Options = _fixture.Options with { Connections = 1, Attempts = 1, StallTimeout = Patience };
        Misbehave(times: 1, new Misbehaviour { TruncateAfter = 1_000_000 });
        await Assert.ThrowsAsync<DownloadException>(() => _fixture.RunAsync());
        File.WriteAllText(Path.Combine(_fixture.Staging, "model.safetensors.part.json"), "{\"length\":");

        await _fixture.RunAsync();

        _fixture.AssertComplete();
    }
}
