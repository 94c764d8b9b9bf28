namespace GptCuda.Engine.Download;

/// <summary>The last response of a chain of redirects, with what the hub said on the way.</summary>
/// <param name="Response">Headers read, body not yet; disposed with this.</param>
/// <param name="LinkedTag">X-Linked-Etag of the first response that had one, unquoted.</param>
/// <param name="LinkedSize">X-Linked-Size, likewise.</param>
/// <param name="Revision">X-Repo-Commit, likewise.</param>
internal sealed record HttpAnswer(HttpResponseMessage Response, string? LinkedTag, long? LinkedSize, string? Revision) : IDisposable
{
    public void Dispose() => Response.Dispose();
}
