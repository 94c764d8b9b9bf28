using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace GptCuda.Engine.Download;

/// <summary>Fetches one file: segments over several connections, resumed by ranges, retried, verified, renamed.</summary>
internal sealed class FileDownload(HttpTransport transport, RemoteFile file, DownloadOptions options, IDownloadObserver observer)
{
    private const int BlockBytes = 256 << 10;

    /// <summary>Completes when the file lies at <paramref name="path"/>, whole and verified. Progress survives a failure.</summary>
    /// <exception cref="DownloadException">The server did not give the content that it promised, or stopped answering.</exception>
    public async Task RunAsync(string path, CancellationToken cancellation)
    {
        using PartialFile partial = PartialFile.Open(path, file, options.Connections, options.SegmentBytes);
        try
        {
            await FetchAsync(partial, cancellation).ConfigureAwait(false);
        }
        catch
        {
            Keep(partial);
            throw;
        }
        await VerifyAsync(partial, cancellation).ConfigureAwait(false);
        partial.Finish();
        observer.Advanced(file, file.Length);
    }

    /// <summary>Saves how far it came. Where that fails too (a full disk), what failed first is the error worth telling.</summary>
    private static void Keep(PartialFile partial)
    {
        try
        {
            partial.Save();
        }
        catch (IOException)
        {
            // The state saved before this one still holds; it claims less.
        }
    }

    private async Task FetchAsync(PartialFile partial, CancellationToken cancellation)
    {
        for (int restarts = 0; ;)
        {
            using CancellationTokenSource group = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task[] connections = [.. partial.State.Segments.Where(segment => !segment.Complete)
                .Select(segment => SegmentAsync(partial, segment, group))];
            try
            {
                await Task.WhenAll(connections).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                // The first failure cancels the other connections; it is the one worth telling.
                Exception cause = connections.Select(task => task.Exception?.InnerException)
                    .FirstOrDefault(inner => inner is not (null or OperationCanceledException)) ?? e;
                if (cause is not ContentChangedException changed)
                    throw cause is DownloadException ? cause : new DownloadException($"{file.Name}: {cause.Message}", cause);
                if (++restarts >= options.Attempts)
                    throw new DownloadException($"{file.Name}: {changed.Message}, {restarts} times; given up.");
                observer.Said($"{file.Name}: {changed.Message}; beginning anew on one connection");
                partial.Restart(file);
                observer.Advanced(file, 0);
                await Task.Delay(RetryDelay.After(options.FirstDelay, restarts, null), cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task SegmentAsync(PartialFile partial, FileSegment segment, CancellationTokenSource group)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            for (int failures = 0; !segment.Complete;)
            {
                long before = segment.Position;
                Exception problem;
                TimeSpan? asked = null;
                try
                {
                    await RequestAsync(partial, segment, block, group.Token).ConfigureAwait(false);
                    problem = new IOException($"the connection ended at byte {segment.Position} of {segment.End}");
                }
                catch (TryLaterException e)
                {
                    (problem, asked) = (e, e.RetryAfter);
                }
                catch (Exception e) when (e is HttpRequestException or TimeoutException or HttpIOException)
                {
                    problem = e;
                }
                if (segment.Complete)
                    return;
                failures = segment.Position > before ? 1 : failures + 1;
                if (failures >= options.Attempts)
                    throw new DownloadException(
                        $"{file.Name}: {problem.Message}; {failures} attempts in a row brought nothing. " +
                        "What is there is kept; the same command goes on from it." + NetworkAdvice.For(problem, options.Source), problem);
                TimeSpan delay = RetryDelay.After(options.FirstDelay, failures, asked);
                observer.Said($"{file.Name}: {problem.Message}; trying again in {delay.TotalSeconds:0.0} s");
                await Task.Delay(delay, group.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            await group.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>One request for what is missing of a segment, written as it comes. Returns early when the body does.</summary>
    private async Task RequestAsync(PartialFile partial, FileSegment segment, byte[] block, CancellationToken cancellation)
    {
        bool whole = segment is { Start: 0, Position: 0 } && segment.End == file.Length;
        RangeHeaderValue? range = whole ? null : new RangeHeaderValue(segment.Position, segment.End - 1);
        EntityTagHeaderValue? validator = partial.State.Validator is { } tag ? new EntityTagHeaderValue(tag) : null;
        using HttpAnswer answer = await transport.SendAsync(HttpMethod.Get, file.Uri, range, validator, cancellation).ConfigureAwait(false);
        HttpResponseMessage response = answer.Response;
        CheckStatus(response, segment, range is not null);
        if (response.Headers.ETag is { IsWeak: false } strong && (partial.State.Validator ??= strong.Tag) != strong.Tag)
            throw new ContentChangedException($"the content was {partial.State.Validator} and is {strong.Tag} now");

        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        while (true)
        {
            int read = await ReadAsync(body, block.AsMemory(0, BlockBytes), cancellation).ConfigureAwait(false);
            if (read == 0)
                return;
            if (read > segment.End - segment.Position)
                throw new ContentChangedException($"more came than the {file.Length} bytes that were announced");
            await partial.WriteAsync(segment, block.AsMemory(0, read), cancellation).ConfigureAwait(false);
            observer.Advanced(file, partial.Present);
        }
    }

    private async Task<int> ReadAsync(Stream body, Memory<byte> block, CancellationToken cancellation)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(options.StallTimeout);
        try
        {
            return await body.ReadAsync(block, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {options.StallTimeout.TotalSeconds:0.#} s");
        }
        catch (IOException e) when (e is not HttpIOException)
        {
            // A connection reset, or cut inside a TLS record: the network's failure, and not the disk's.
            throw new HttpIOException(HttpRequestError.Unknown, e.Message, e);
        }
    }

    private void CheckStatus(HttpResponseMessage response, FileSegment segment, bool ranged)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK when ranged:
                throw new ContentChangedException("the server sent the whole file where a part was asked for");
            case HttpStatusCode.OK:
                if (response.Content.Headers.ContentLength is { } length && length != file.Length)
                    throw new ContentChangedException($"{file.Length} bytes were announced, {length} are sent");
                return;
            case HttpStatusCode.PartialContent when ranged:
                ContentRangeHeaderValue? sent = response.Content.Headers.ContentRange;
                if (sent is not { HasRange: true } || sent.From != segment.Position || sent.To >= segment.End
                    || (sent.Length is { } total && total != file.Length))
                    throw new ContentChangedException(
                        $"bytes {segment.Position}-{segment.End - 1}/{file.Length} were asked for, the server says it sends \"{sent}\"");
                return;
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                throw new ContentChangedException($"the server has no bytes {segment.Position}-{segment.End - 1} (416)");
            default:
                throw HttpStatus.Problem(file.Name, response);
        }
    }

    private async Task VerifyAsync(PartialFile partial, CancellationToken cancellation)
    {
        long length = new FileInfo(partial.PartPath).Length;
        if (length != file.Length)
        {
            partial.Discard();
            throw new DownloadException($"{file.Name}: expected {file.Length} bytes, found {length}; the file was discarded.");
        }
        if (file.Hash is null)
            return;
        string found = await file.Hash.ComputeAsync(partial.PartPath, cancellation).ConfigureAwait(false);
        if (found == file.Hash.Hex)
            return;
        partial.Discard();
        throw new DownloadException(
            $"{file.Name}: expected {file.Hash.AlgorithmName} {file.Hash.Hex}, found {found}; the file was discarded.");
    }
}
