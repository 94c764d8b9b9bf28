using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace GptCuda.Engine.Download;

/// <summary>
/// A file on its way: <c>NAME.part</c> with the bytes so far and <c>NAME.part.json</c> with what is known of them. The state
/// never claims a byte that was not flushed to the disk before, so both survive a kill at any moment.
/// </summary>
/// <remarks>Writing is thread-safe as long as each segment has one writer.</remarks>
internal sealed class PartialFile : IDisposable
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);
    private readonly SafeFileHandle _part;
    private readonly Lock _saving = new();
    private long _saved = Environment.TickCount64;

    private PartialFile(string path, PartialFileState state, SafeFileHandle part)
    {
        Path = path;
        State = state;
        _part = part;
    }

    /// <summary>The finished file's path; the part lies beside it.</summary>
    public string Path { get; }

    /// <summary>What is there and what is missing.</summary>
    public PartialFileState State { get; private set; }

    /// <summary>The path of the bytes so far.</summary>
    public string PartPath => PartOf(Path);

    /// <summary>Bytes present.</summary>
    public long Present => State.Segments.Sum(segment => segment.Position - segment.Start);

    /// <summary>Opens what an earlier process left, if it belongs to the same content; else begins anew.</summary>
    /// <param name="path">The finished file's path.</param>
    /// <param name="file">What the server describes.</param>
    /// <param name="connections">Segments for a file that is new and large enough.</param>
    /// <param name="segmentBytes">Least length of a segment.</param>
    /// <remarks>
    /// What is neither held to a hash nor tied to an entity tag is not gone on with: nothing would show that it had changed.
    /// </remarks>
    public static PartialFile Open(string path, RemoteFile file, int connections, long segmentBytes)
    {
        PartialFileState? earlier = Load(path, file);
        SafeFileHandle part = File.OpenHandle(
            PartOf(path),
            earlier is null ? FileMode.Create : FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.Read,
            FileOptions.Asynchronous);
        int count = file.ServesRanges ? (int)Math.Clamp(file.Length / segmentBytes, 1, connections) : 1;
        PartialFile partial = new(path, earlier ?? Begin(file, count), part);
        if (earlier is null)
            partial.Save();
        return partial;
    }

    /// <summary>Names of a file on its way: the finished one's, the part's, the state's.</summary>
    public static string[] Names(string name) => [name, PartOf(name), StateOf(name)];

    /// <summary>Bytes of an unfinished file that a later <see cref="Open"/> would find; 0 where there are none.</summary>
    public static long PresentAt(string path, RemoteFile file) =>
        Load(path, file)?.Segments.Sum(segment => segment.Position - segment.Start) ?? 0;

    /// <summary>Writes bytes at the segment's position and moves it on; saves the state now and then.</summary>
    public async ValueTask WriteAsync(FileSegment segment, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await RandomAccess.WriteAsync(_part, bytes, segment.Position, cancellation).ConfigureAwait(false);
        segment.Position += bytes.Length;
        if (Environment.TickCount64 - Interlocked.Read(ref _saved) > SaveInterval.TotalMilliseconds)
            Save();
    }

    /// <summary>Forgets all that was fetched and begins with one segment.</summary>
    public void Restart(RemoteFile file)
    {
        State = Begin(file, 1);
        RandomAccess.SetLength(_part, 0);
        Save();
    }

    /// <summary>Flushes the bytes, then records how far each segment has come.</summary>
    public void Save()
    {
        lock (_saving)
        {
            // The positions are taken before the flush: what is claimed is on the disk.
            byte[] state = JsonSerializer.SerializeToUtf8Bytes(State, DownloadJson.Default.PartialFileState);
            RandomAccess.FlushToDisk(_part);
            DurableFile.Write(StateOf(Path), state);
            Interlocked.Exchange(ref _saved, Environment.TickCount64);
        }
    }

    /// <summary>Removes part and state, for content that turned out to be wrong.</summary>
    public void Discard()
    {
        _part.Dispose();
        File.Delete(StateOf(Path));
        File.Delete(PartPath);
    }

    /// <summary>Gives the whole and verified part its name.</summary>
    public void Finish()
    {
        RandomAccess.FlushToDisk(_part);
        _part.Dispose();
        File.Move(PartPath, Path, overwrite: true);
        // Before the state goes: without it, a part that came back would be fetched again.
        DirectoryEntries.Flush(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        File.Delete(StateOf(Path));
    }

    /// <inheritdoc />
    public void Dispose() => _part.Dispose();

    private static string PartOf(string path) => path + ".part";

    private static string StateOf(string path) => path + ".part.json";

    private static PartialFileState Begin(RemoteFile file, int segments)
    {
        List<FileSegment> parts = [];
        for (int i = 0; i < segments; i++)
        {
            long start = file.Length / segments * i;
            long end = i == segments - 1 ? file.Length : file.Length / segments * (i + 1);
            parts.Add(new FileSegment { Start = start, End = end, Position = start });
        }
        return new PartialFileState { Length = file.Length, Hash = file.Hash?.Hex, Segments = parts };
    }

    /// <summary>The state beside a part, or null where it is absent, damaged, or of other content.</summary>
    private static PartialFileState? Load(string path, RemoteFile file)
    {
        try
        {
            using FileStream stream = File.OpenRead(StateOf(path));
            PartialFileState? state = JsonSerializer.Deserialize(stream, DownloadJson.Default.PartialFileState);
            bool usable = state is { Segments: not null } && state.Length == file.Length && state.Hash == file.Hash?.Hex && Covers(state)
                && (state.Hash ?? state.Validator) is not null
                && new FileInfo(PartOf(path)) is { Exists: true } part
                && state.Segments.All(segment => segment.Position == segment.Start || part.Length >= segment.Position);
            return usable ? state : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static bool Covers(PartialFileState state)
    {
        long end = 0;
        foreach (FileSegment segment in state.Segments)
        {
            if (segment is null || segment.Start != end || segment.Position < segment.Start || segment.Position > segment.End)
                return false;
            end = segment.End;
        }
        return end == state.Length;
    }
}
