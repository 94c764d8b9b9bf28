using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace GptCuda.Engine.Tests.Download;

/// <summary>
/// A stand-in for the hub and for OpenAI's storage: files under paths, the hub's headers, a redirect to a second path for large
/// ones, ranges; and a <see cref="Misbehaviour"/> wherever a test asks for one.
/// </summary>
internal sealed class RepositoryServer : IDisposable
{
    /// <summary>Files from this length on are large: linked by SHA-256 and redirected, as the hub does with them.</summary>
    private const int LargeFile = 64 << 10;

    private const int BlockBytes = 64 << 10;

    private readonly Dictionary<string, byte[]> _files = [];
    private readonly LoopbackServer _server;

    public RepositoryServer() => _server = new LoopbackServer(AnswerAsync);

    public Uri Address => _server.Address;

    public IEnumerable<LoopbackRequest> Requests => _server.Requests;

    /// <summary>The commit that the hub's headers name, or null for a server that is not the hub.</summary>
    public string? Commit { get; init; } = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Whether Azure's Content-MD5 is sent.</summary>
    public bool SendsMd5 { get; init; }

    /// <summary>Decides how a request is mishandled; null answers it properly.</summary>
    public Func<LoopbackRequest, Misbehaviour?> Misbehave { get; set; } = _ => null;

    /// <summary>Told of every block of content that was sent, in bytes; a test can hold a block back in it.</summary>
    public Func<int, Task> Sent { get; set; } = _ => Task.CompletedTask;

    /// <summary>Puts a file at a path such as <c>/owner/name/resolve/main/config.json</c>, or takes the place of one.</summary>
    public void Put(string path, byte[] content) => _files[path] = content;

    public void Remove(string path) => _files.Remove(path);

    /// <summary>Puts all files of a folder below a path.</summary>
    public void PutFolder(string path, string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
            Put($"{path}/{Path.GetFileName(file)}", File.ReadAllBytes(file));
    }

    public void Dispose() => _server.Dispose();

    private async Task AnswerAsync(LoopbackRequest request, Socket socket)
    {
        Misbehaviour wrong = Misbehave(request) ?? new Misbehaviour();
        bool direct = request.Path.StartsWith("/store", StringComparison.Ordinal);
        if (wrong.Status is { } status)
        {
            await HeadAsync(socket, status, [("Content-Length", "0")], wrong);
            return;
        }
        if (wrong.RedirectTo is { } elsewhere)
        {
            await HeadAsync(socket, 302, [("Location", elsewhere.ToString()), ("Content-Length", "0")], wrong);
            return;
        }
        if (!_files.TryGetValue(direct ? request.Path["/store".Length..] : request.Path, out byte[]? content))
        {
            await HeadAsync(socket, 404, [("Content-Length", "0")], wrong);
            return;
        }
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        List<(string, string)> headers = [("Accept-Ranges", "bytes")];
        if (Commit is not null)
        {
            headers.Add(("X-Repo-Commit", Commit));
            if (content.Length >= LargeFile && !direct)
            {
                await HeadAsync(socket, 302,
                    [("X-Repo-Commit", Commit), ("X-Linked-Size", $"{content.Length}"), ("X-Linked-ETag", $"\"{sha256}\""),
                     ("Location", $"/store{request.Path}"), ("Content-Length", "0")], wrong);
                return;
            }
        }
        byte[] blob = SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]);
        string tag = direct || Commit is null ? $"\"{sha256[..32]}\"" : $"\"{Convert.ToHexStringLower(blob)}\"";
        headers.Add(("ETag", tag));
        string md5 = Convert.ToBase64String(MD5.HashData(content));
        content = wrong.Content ?? content;

        bool ranged = request.Range is not null && !wrong.IgnoreRange && (request["If-Range"] is null || request["If-Range"] == tag);
        (long from, long to) = ranged ? request.Range!.Value : (0, content.Length - 1);
        if (ranged && from >= content.Length)
        {
            await HeadAsync(socket, 416, [("Content-Range", $"bytes */{content.Length}"), ("Content-Length", "0")], wrong);
            return;
        }
        to = Math.Min(to, content.Length - 1);
        headers.Add(("Content-Length", $"{to - from + 1}"));
        if (ranged)
            headers.Add(("Content-Range", $"bytes {from}-{to}/{content.Length}"));
        // Azure's: of a part, the whole's has another name.
        if (SendsMd5 && ranged)
            headers.Add(("Content-MD5", Convert.ToBase64String(MD5.HashData(content.AsSpan((int)from, (int)(to - from + 1))))));
        if (SendsMd5)
            headers.Add((ranged ? "x-ms-blob-content-md5" : "Content-MD5", md5));
        await HeadAsync(socket, ranged ? 206 : 200, headers, wrong);
        if (request.Method != "HEAD")
            await BodyAsync(socket, content.AsMemory((int)from, (int)(to - from + 1)), wrong);
    }

    private static async Task HeadAsync(Socket socket, int status, List<(string Name, string Value)> headers, Misbehaviour wrong)
    {
        if (wrong.Header is { } header)
        {
            headers.RemoveAll(existing => existing.Name == header.Name);
            headers.Add(header);
        }
        StringBuilder head = new($"HTTP/1.1 {status} Status\r\nConnection: close\r\n");
        foreach ((string name, string value) in headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
    }

    private async Task BodyAsync(Socket socket, ReadOnlyMemory<byte> body, Misbehaviour wrong)
    {
        int cut = wrong.TruncateAfter ?? wrong.StallAfter ?? wrong.ResetAfter ?? body.Length;
        for (ReadOnlyMemory<byte> rest = body[..Math.Min(cut, body.Length)]; rest.Length > 0;)
        {
            int sent = await socket.SendAsync(rest[..Math.Min(BlockBytes, rest.Length)]);
            rest = rest[sent..];
            await Sent(sent);
        }
        if (wrong.StallAfter is not null)
            await socket.ReceiveAsync(new byte[1]);
        if (wrong.ResetAfter is not null)
            socket.Close(0);
    }
}
