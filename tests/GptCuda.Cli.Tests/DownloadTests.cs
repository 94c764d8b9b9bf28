using System.Diagnostics;
using System.Text;
using System.Text.Json;
using GptCuda.Cli.Tests.Running;
using GptCuda.Engine.Tests.Download;
using GptCuda.Tests;

namespace GptCuda.Cli.Tests;

public sealed class DownloadTests : IDisposable
{
    private const string Name = "owner/tiny";
    private const string Continuation = " are the most important of the people of\n";
    private readonly RepositoryServer _server = new();
    private readonly TemporaryFolder _models = new();

    public DownloadTests() => _server.PutFolder($"/{Name}/resolve/main", Repository.TinyModel);

    public void Dispose()
    {
        _server.Dispose();
        _models.Dispose();
    }

    private string Target => Path.Combine(_models.Path, "owner", "tiny");

    private CliRun Run(params string[] arguments) => new()
    {
        Arguments = arguments,
        Environment = new() { ["HF_ENDPOINT"] = _server.Address.ToString(), ["GPTCUDA_MODELS"] = _models.Path, ["HF_TOKEN"] = null },
    };

    [Fact]
    public void Download_Repository_IsFoundByNameAfterwards()
    {
        CliResult download = Run("download", Name).Finish().Succeeded();
        CliResult generated = Run(
            "generate", "--model", Name, "--greedy", "-n", "8", "The people of the United States").Finish().Succeeded();

        Assert.Empty(download.OutputBytes);
        Assert.Contains("model.safetensors", download.Error, StringComparison.Ordinal);
        Assert.Equal(Continuation, generated.Output);
    }

    [Fact]
    public void Info_DownloadedModel_SaysWhereItIsFromAndWhatWasVerified()
    {
        Run("download", Name).Finish().Succeeded();

        using JsonDocument info = JsonDocument.Parse(Run("info", "--model", Name, "--json").Finish().Succeeded().OutputBytes);

        JsonElement source = info.RootElement.GetProperty("source");
        Assert.Equal($"{_server.Address}{Name}", source.GetProperty("source").GetString());
        Assert.Equal(_server.Commit, source.GetProperty("commit").GetString());
        Assert.Contains(source.GetProperty("files").EnumerateArray(), file =>
            file.GetProperty("name").GetString() == "model.safetensors" && file.GetProperty("algorithm").GetString() == "SHA-256");
    }

    [Fact]
    public void ModelType_AbsentModel_IsFetchedFirst()
    {
        CliResult generated = Run(
            "generate", "--model_type", Name, "--greedy", "-n", "8", "The people of the United States").Finish().Succeeded();

        Assert.Equal(Continuation, generated.Output);
        Assert.True(Directory.Exists(Target));
    }

    [Fact]
    public void Model_AbsentName_NamesTheCommandAndFetchesNothing()
    {
        Run("generate", "--model", Name, "x").Finish().Failed(1, $"gptcuda download {Name}");

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("127M")]
    [InlineData("../x")]
    public void Download_NameThatIsNone_IsAUsageError(string name) => Run("download", name).Finish().Failed(2, name);

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public void Download_RevisionThatIsAStepInAPath_IsAUsageError(string revision)
    {
        Run("download", Name, "--revision", revision).Finish().Failed(2, $"expected a branch, tag or commit, found '{revision}'");

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("hf_secr\u00E9t")]
    [InlineData("hf_secret\nhf_other")]
    [InlineData("hf_secret hf_other")]
    public void Download_TokenThatCannotBeOne_IsAUsageErrorThatDoesNotShowIt(string token)
    {
        CliRun run = Run("download", Name);
        run.Environment["HF_TOKEN"] = token;

        CliResult result = run.Finish().Failed(2, "HF_TOKEN has");

        Assert.DoesNotContain("secr", result.Error, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public void Download_EndpointWithAPassword_IsAUsageErrorThatDoesNotShowIt()
    {
        CliRun run = Run("download", Name);
        run.Environment["HF_ENDPOINT"] = $"http://somebody:secret@{_server.Address.Authority}";

        CliResult result = run.Finish().Failed(2, "HF_ENDPOINT has");

        Assert.DoesNotContain("secret", result.Error, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public void Download_RevisionAndEndpointWithSlashes_AreKeptInTheAddress()
    {
        _server.PutFolder($"/hub/{Name}/resolve/refs%2Fpr%2F1", Repository.TinyModel);
        CliRun run = Run("download", Name, "--revision", "refs/pr/1");
        run.Environment["HF_ENDPOINT"] = $"{_server.Address}hub/";

        run.Finish().Succeeded();

        Assert.True(Directory.Exists(Target));
    }

    [Fact]
    public async Task Download_Interrupted_EndsWith130AndLeavesNoModel()
    {
        TaskCompletionSource sending = new();
        _server.Sent = async _ =>
        {
            sending.TrySetResult();
            await Task.Delay(Timeout.Infinite);
        };
        using Process process = Shell.Start(Run("download", Name));
        Task<byte[]> error = CliRun.ReadAsync(process.StandardError.BaseStream);
        await sending.Task.WaitAsync(Shell.Limit);

        Signals.Interrupt(process.Id);

        Assert.True(process.WaitForExit(Shell.Limit));
        Assert.Equal(130, process.ExitCode);
        Assert.DoesNotContain("Exception", Encoding.UTF8.GetString(await error), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [Fact]
    public void Download_ThroughAProxy_AsksTheProxyForTheWholeAddress()
    {
        using RepositoryServer proxy = new();
        proxy.PutFolder($"http://hub.invalid/{Name}/resolve/main", Repository.TinyModel);
        CliRun run = Run("download", Name);
        run.Environment["HF_ENDPOINT"] = "http://hub.invalid";
        run.Environment["http_proxy"] = proxy.Address.ToString();

        run.Finish();

        Assert.Contains(proxy.Requests, request => request.Path == $"http://hub.invalid/{Name}/resolve/main/config.json");
    }

    [Fact]
    public void Download_KilledAtRandomPoints_IsNeverTakenForWholeAndEndsWhole() => KillRepeatedly(times: 10, seed: 1, pace: TimeSpan.Zero);

    [Fact]
    [Trait("Category", "Long")]
    public void Download_KilledAHundredTimes_GoesOnFromWhatWasSavedAndEndsWhole()
    {
        // Some two seconds for the whole file: the state is saved once a second, so that many of the kills come after that.
        KillRepeatedly(times: 100, seed: 2, pace: TimeSpan.FromMilliseconds(25));

        Assert.Contains(_server.Requests, request => request.Range is { From: > 0 } && request["If-Range"] is not null);
    }

    /// <param name="times">Kills, each of a process of its own.</param>
    /// <param name="seed">Of the points at which they come.</param>
    /// <param name="pace">The server's pause after each block.</param>
    private void KillRepeatedly(int times, int seed, TimeSpan pace)
    {
        Random random = new(seed);
        long length = new FileInfo(Path.Combine(Repository.TinyModel, "model.safetensors")).Length;
        for (int kills = 0; kills < times;)
        {
            // Killed when so much of the content is on its way, or even before there is any.
            long left = random.NextInt64(length);
            using Process process = Shell.Start(Run("download", Name));
            _server.Sent = async bytes =>
            {
                if (Interlocked.Add(ref left, -bytes) > 0)
                {
                    await Task.Delay(pace);
                    return;
                }
                Kill(process);
                await Task.Delay(Timeout.Infinite);
            };
            if (random.Next(4) == 0)
                Kill(process);
            Assert.True(process.WaitForExit(Shell.Limit));
            if (process.ExitCode == 0)
            {
                // What was saved before and what came now were all of it.
                AssertWhole();
                Directory.Delete(Target, recursive: true);
                continue;
            }
            Assert.False(Directory.Exists(Target), $"kill {kills} left a model");
            if (kills++ % 5 == 0)
                Run("generate", "--model", Name, "-n", "1", "x").Finish().Failed(1, "gptcuda download");
        }
        _server.Sent = _ => Task.CompletedTask;

        Run("download", Name).Finish().Succeeded();

        AssertWhole();
    }

    private void AssertWhole()
    {
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(Repository.TinyModel, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(Target, "model.safetensors")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Target), entry => entry.Contains(".part", StringComparison.Ordinal));
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
