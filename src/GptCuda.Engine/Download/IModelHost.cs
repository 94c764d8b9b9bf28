namespace GptCuda.Engine.Download;

/// <summary>A place that serves a model: knows which files make it up and how each can be verified.</summary>
internal interface IModelHost
{
    /// <summary>Where the files come from, for people: an address without the files' names.</summary>
    string Description { get; }

    /// <summary>The revision asked for, or null where the host has none.</summary>
    string? Revision { get; }

    /// <summary>Asks the host for the files that are needed, the small ones first.</summary>
    /// <exception cref="DownloadException">The model or a file that it needs is not there.</exception>
    Task<IReadOnlyList<RemoteFile>> ListAsync(CancellationToken cancellation);
}
