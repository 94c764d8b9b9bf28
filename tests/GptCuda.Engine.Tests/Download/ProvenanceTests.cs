using System.Diagnostics;
using System.Text;
using GptCuda.Engine.Download;
using GptCuda.Engine.Tests.Weights;

namespace GptCuda.Engine.Tests.Download;

/// <summary>The record beside a model, in folders that this program did not write.</summary>
public sealed class ProvenanceTests : IDisposable
{
    private const string Whole =
        """{"model":"a/b","source":"s","completed":"2026-01-01T00:00:00Z","files":[{"name":"f","length":1,"algorithm":"","hash":""}]}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Record => _directory.File(Provenance.FileName);

    [Fact]
    public void Read_WholeRecord_IsGiven()
    {
        File.WriteAllText(Record, Whole);

        Assert.Equal("f", Assert.Single(Provenance.Read(_directory.Path)!.Files).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"model":"a/b","source":"s","completed":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"model":"a/b","source":"s","completed":"2026-01-01T00:00:00Z","files":null}""")]
    [InlineData("""{"model":"a/b","source":"s","completed":"2026-01-01T00:00:00Z","files":[null]}""")]
    [InlineData("""{"model":"a/b","source":null,"completed":"2026-01-01T00:00:00Z","files":[]}""")]
    public void Read_DamagedRecord_IsNone(string json)
    {
        File.WriteAllText(Record, json);

        Assert.Null(Provenance.Read(_directory.Path));
    }

    [Fact]
    public void Read_RecordThatWouldFillTheMemory_IsNone()
    {
        File.WriteAllBytes(Record, [.. Encoding.UTF8.GetBytes(Whole), .. Enumerable.Repeat((byte)' ', 1 << 20)]);

        Assert.Null(Provenance.Read(_directory.Path));
    }

    [SkippableFact]
    public async Task Read_PipeInItsPlace_IsNotWaitedFor()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no pipes in folders");
        using (Process process = Process.Start("mkfifo", Record))
            process.WaitForExit();

        Assert.Null(await Task.Run(() => Provenance.Read(_directory.Path)).WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
