namespace GptCuda.Engine.Download;

/// <summary>Is told what a download does; calls may come from several threads at once.</summary>
public interface IDownloadObserver
{
    /// <summary>The files are known and nothing has been fetched yet.</summary>
    /// <param name="description">Where they come from.</param>
    /// <param name="files">All files, in the order in which they are fetched.</param>
    /// <param name="present">Bytes of them that an earlier run left.</param>
    /// <param name="directory">Where the model will be.</param>
    void Planned(string description, IReadOnlyList<RemoteFile> files, long present, string directory);

    /// <summary>Bytes of a file that are there now; falls back when a file had to begin anew.</summary>
    void Advanced(RemoteFile file, long present);

    /// <summary>Something that a person would want to know: a wait, a retry, a lock held by another process.</summary>
    void Said(string message);
}
