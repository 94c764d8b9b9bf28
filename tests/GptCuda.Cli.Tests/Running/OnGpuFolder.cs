using GptCuda.Tests;

namespace GptCuda.Cli.Tests.Running;

/// <summary>The folder that <c>eng/on-gpu</c> makes, once for all tests that look at it.</summary>
public sealed class OnGpuFolder : IDisposable
{
    private readonly TemporaryFolder _parent = new();

    public OnGpuFolder()
    {
        Path = _parent.File("on-gpu");
        CliResult result = new CliRun
        {
            Program = System.IO.Path.Combine(Repository.Root, "eng", "on-gpu"),
            Arguments = [Path],
            Limit = TimeSpan.FromMinutes(15),
        }.Finish().Succeeded();
        Assert.StartsWith(Path, result.Output, StringComparison.Ordinal);
    }

    public string Path { get; }

    public void Dispose() => _parent.Dispose();
}
