using System.Net;
using System.Net.Http.Headers;

namespace GptCuda.Engine.Download;

/// <summary>Asks a server about files before they are fetched, and fetches small ones whole; retries like a download.</summary>
internal sealed class RemoteProbe(HttpTransport transport, DownloadOptions options, IDownloadObserver observer)
{
    /// <summary>The longest file that is believed; GPT-2's largest has 6 GB.</summary>
    private const long MostFileBytes = 1L << 50;

    /// <summary>The file's length and what else the headers say, or null where the server has no such file (404).</summary>
    public Task<RemoteFile?> DescribeAsync(string name, Uri uri, CancellationToken cancellation) =>
        RetryAsync(name, async () =>
        {
            using (HttpAnswer head = await transport.SendAsync(HttpMethod.Head, uri, null, null, cancellation).ConfigureAwait(false))
            {
                if (head.Response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                if (head.Response.IsSuccessStatusCode && LengthOf(head) is { } length)
                    return Describe(name, uri, length, head, head.Response.Headers.AcceptRanges.Contains("bytes"));
                // Some servers do not know HEAD, some give no length with it, and an address that a redirect leads to may be signed
                // for GET alone. One byte of the content tells as much; it is GET's refusal that counts.
                if (!head.Response.IsSuccessStatusCode && head.Response.StatusCode != HttpStatusCode.NotImplemented
                    && HttpStatus.Problem(name, head.Response) is TryLaterException later)
                    throw later;
            }
            using HttpAnswer first = await transport.SendAsync(HttpMethod.Get, uri, new RangeHeaderValue(0, 0), null, cancellation)
                .ConfigureAwait(false);
            if (first.Response.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (!first.Response.IsSuccessStatusCode)
                throw HttpStatus.Problem(name, first.Response);
            bool ranges = first.Response.StatusCode == HttpStatusCode.PartialContent;
            long? total = ranges ? first.Response.Content.Headers.ContentRange?.Length ?? first.LinkedSize : LengthOf(first);
            return Describe(
                name, uri, total ?? throw new DownloadException($"{name}: the server does not say how long it is."), first, ranges);
        }, cancellation);

    /// <summary>A small file's content, held to what <paramref name="file"/> says of it.</summary>
    public Task<byte[]> ReadAsync(RemoteFile file, long most, CancellationToken cancellation) =>
        RetryAsync(file.Name, async () =>
        {
            if (file.Length > most)
                throw new DownloadException($"{file.Name}: {file.Length} bytes, at most {most} are expected.");
            using HttpAnswer answer = await transport.SendAsync(HttpMethod.Get, file.Uri, null, null, cancellation).ConfigureAwait(false);
            if (!answer.Response.IsSuccessStatusCode)
                throw HttpStatus.Problem(file.Name, answer.Response);
            using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            stall.CancelAfter(options.StallTimeout);
            byte[] content = new byte[file.Length];
            try
            {
                await using Stream body = await answer.Response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
                await body.ReadExactlyAsync(content, stall.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"it did not arrive within {options.StallTimeout.TotalSeconds:0.#} s");
            }
            return content;
        }, cancellation);

    private async Task<T> RetryAsync<T>(string name, Func<Task<T>> attempt, CancellationToken cancellation)
    {
        for (int failures = 1; ; failures++)
        {
            TimeSpan? asked = null;
            Exception problem;
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (TryLaterException e)
            {
                (problem, asked) = (e, e.RetryAfter);
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException or (IOException and not DownloadException))
            {
                problem = e;
            }
            if (failures >= options.Attempts)
                throw new DownloadException(
                    $"{name}: {problem.Message}; {failures} attempts.{NetworkAdvice.For(problem, options.Source)}", problem);
            TimeSpan delay = RetryDelay.After(options.FirstDelay, failures, asked);
            observer.Said($"{name}: {problem.Message}; trying again in {delay.TotalSeconds:0.0} s");
            await Task.Delay(delay, cancellation).ConfigureAwait(false);
        }
    }

    private static long? LengthOf(HttpAnswer answer) => answer.LinkedSize ?? answer.Response.Content.Headers.ContentLength;

    private static RemoteFile Describe(string name, Uri uri, long length, HttpAnswer answer, bool ranges) =>
        length is >= 0 and <= MostFileBytes
            ? new(name, uri, length, HashOf(answer), answer.Revision, ranges)
            : throw new DownloadException($"{name}: the server says that it has {length} bytes; up to {MostFileBytes} are believed.");

    private static ContentHash? HashOf(HttpAnswer answer)
    {
        string? tag = answer.LinkedTag?.ToLowerInvariant();
        if (IsHex(tag, 64))
            return new ContentHash(HashAlgorithmKind.Sha256, tag!);
        if (Md5Of(answer.Response) is { } md5)
            return new ContentHash(HashAlgorithmKind.Md5, Convert.ToHexStringLower(md5));
        // Small files of the hub are plain Git blobs: their entity tag is the blob's name. Only the hub's answers carry a commit.
        string? entity = tag ?? answer.Response.Headers.ETag?.Tag.Trim('"').ToLowerInvariant();
        return answer.Revision is not null && IsHex(entity, 40) ? new ContentHash(HashAlgorithmKind.GitBlobSha1, entity!) : null;
    }

    /// <summary>
    /// Content-MD5 is of the bytes that an answer carries, and so of the file where that is all of it. With a part of the file Azure
    /// sends the file's under a name of its own (https://learn.microsoft.com/rest/api/storageservices/get-blob).
    /// </summary>
    private static byte[]? Md5Of(HttpResponseMessage response)
    {
        byte[]? md5 = response.StatusCode == HttpStatusCode.PartialContent ? null : response.Content.Headers.ContentMD5;
        if (md5 is null && response.Headers.TryGetValues("x-ms-blob-content-md5", out IEnumerable<string>? values))
        {
            md5 = new byte[16];
            if (!Convert.TryFromBase64String(values.First(), md5, out int length) || length != md5.Length)
                return null;
        }
        return md5 is { Length: 16 } ? md5 : null;
    }

    private static bool IsHex(string? text, int length) => text?.Length == length && text.All(char.IsAsciiHexDigit);
}
