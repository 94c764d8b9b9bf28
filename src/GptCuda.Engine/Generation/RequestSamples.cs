using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace GptCuda.Engine.Generation;

/// <summary>The samples of many requests, one after the other; a request is taken from its source when its first sample is.</summary>
/// <param name="requests">The source, which may have its next request only later.</param>
/// <param name="model">What the requests are checked against.</param>
/// <param name="cancellationToken">Ends the waiting for the source.</param>
internal sealed class RequestSamples(
    IAsyncEnumerable<GenerationRequest> requests, ModelLimits model, CancellationToken cancellationToken) : IDisposable
{
    private readonly IAsyncEnumerator<GenerationRequest> _requests = requests.GetAsyncEnumerator(cancellationToken);
    private Task<bool>? _arriving;
    private PreparedRequest? _request;
    private int _next;
    private int _count;
    private bool _ended;

    /// <summary>
    /// What went wrong with a request; there are no samples after it. It is thrown when the sequences before it are finished, so that
    /// one bad request takes nothing away from the good ones.
    /// </summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Takes the next sample.</summary>
    /// <param name="wait">Whether to wait for a source that has no request yet; otherwise there is no sample now.</param>
    /// <param name="request">Its request.</param>
    /// <param name="sample">Its index in the request.</param>
    /// <returns>False where there is none: none now, none any more, or it was cancelled while waiting.</returns>
    public bool TryNext(bool wait, [NotNullWhen(true)] out PreparedRequest? request, out int sample)
    {
        if (_request is not null && _next == _request.Samples)
            _request = null;
        if (_request is null && !_ended)
            Advance(wait);
        request = _request;
        sample = _request is null ? 0 : _next++;
        return _request is not null;
    }

    public void Dispose()
    {
        if (_arriving is { IsCompleted: false } arriving)
            _ = LeaveAsync(arriving, _requests);
        else
            _requests.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Advance(bool wait)
    {
        try
        {
            if (!Arrives(wait, out bool any))
                return;
            _ended = !any;
            if (any)
                (_request, _next) = (PreparedRequest.From(_requests.Current, _count++, model), 0);
        }
        catch (Exception exception)
        {
            Failure = ExceptionDispatchInfo.Capture(exception);
            _ended = true;
        }
    }

    /// <summary>Whether the source has said if there is another request; what it said is <paramref name="any"/>.</summary>
    private bool Arrives(bool wait, out bool any)
    {
        any = false;
        if (_arriving is null)
        {
            var next = _requests.MoveNextAsync();
            if (next.IsCompleted)
            {
                any = next.GetAwaiter().GetResult();
                return true;
            }
            _arriving = next.AsTask();
        }
        if (wait)
            Wait(_arriving);
        if (!_arriving.IsCompleted)
            return false;
        any = _arriving.GetAwaiter().GetResult();
        _arriving = null;
        return true;
    }

    private void Wait(Task arriving)
    {
        try
        {
            arriving.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked looks at the token next.
        }
        catch (AggregateException)
        {
            // Thrown again, as itself, where the result is taken.
        }
    }

    /// <summary>Disposes a source that is still busy when it is: nobody waits for what it may never bring.</summary>
    private static async Task LeaveAsync(Task arriving, IAsyncDisposable source)
    {
        try
        {
            await arriving.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The generation has ended; there is nobody to tell.
        }
        await source.DisposeAsync().ConfigureAwait(false);
    }
}
