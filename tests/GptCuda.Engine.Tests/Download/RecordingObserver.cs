using System.Collections.Concurrent;
using GptCuda.Engine.Download;

namespace GptCuda.Engine.Tests.Download;

/// <summary>Keeps what a download says, for tests to look at.</summary>
internal sealed class RecordingObserver : IDownloadObserver
{
    public ConcurrentQueue<string> Sayings { get; } = new();

    public IReadOnlyList<RemoteFile> Files { get; private set; } = [];

    public long PresentAtStart { get; private set; }

    public void Planned(string description, IReadOnlyList<RemoteFile> files, long present, string directory) =>
        (Files, PresentAtStart) = (files, present);

    public void Advanced(RemoteFile file, long present)
    {
    }

    public void Said(string message) => Sayings.Enqueue(message);
}
