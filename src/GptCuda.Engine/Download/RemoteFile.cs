namespace GptCuda.Engine.Download;

/// <summary>A file of a model as its server describes it before any of it is fetched.</summary>
/// <param name="Name">Its name in the model's directory.</param>
/// <param name="Uri">Where it is asked for; the answer may redirect.</param>
/// <param name="Length">Bytes in all.</param>
/// <param name="Hash">What its content must hash to, where the server or this project says.</param>
/// <param name="Revision">The commit that the server says it serves, or null.</param>
/// <param name="ServesRanges">Whether the server says that parts of it can be asked for.</param>
public sealed record RemoteFile(string Name, Uri Uri, long Length, ContentHash? Hash, string? Revision, bool ServesRanges);
