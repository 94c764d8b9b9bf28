using System.Diagnostics.CodeAnalysis;

namespace GptCuda.Engine.Generation;

/// <summary>Lets one caller at a time compute, until it is closed.</summary>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "Latecomers may still ask for a turn while it is closed and after; neither field holds a native resource.")]
internal sealed class Turnstile
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closing = new();
    private int _closed;

    /// <summary>Waits for the turn on the caller's thread.</summary>
    /// <returns>The turn, to be disposed, and a token that also knows of the closing.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    public Turn Enter(CancellationToken cancellationToken)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            _turn.Wait(stop.Token);
            return new Turn(_turn, stop);
        }
        catch (OperationCanceledException)
        {
            stop.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(true, typeof(GptModel));
            throw;
        }
    }

    /// <summary>Waits for the turn without a thread and works on one of the pool.</summary>
    /// <param name="work">Returns whether it came to its end, rather than being cancelled.</param>
    /// <param name="cancellationToken">Ends the waiting, or is left to the work.</param>
    /// <exception cref="ObjectDisposedException">Closed before the work came to its end.</exception>
    public async Task RunAsync(Func<CancellationToken, bool> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        bool ended = false;
        try
        {
            await _turn.WaitAsync(stop.Token).ConfigureAwait(false);
            try
            {
                ended = await Task.Run(() => work(stop.Token), CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        ObjectDisposedException.ThrowIf(!ended && !cancellationToken.IsCancellationRequested, typeof(GptModel));
    }

    /// <summary>Cancels what is running and waits for it; there are no turns after that.</summary>
    /// <returns>False where it was closed before.</returns>
    public bool Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return false;
        _closing.Cancel();
        _turn.Wait();
        return true;
    }

    /// <summary>A turn that is being used.</summary>
    public readonly ref struct Turn(SemaphoreSlim turn, CancellationTokenSource stop)
    {
        /// <summary>The caller's token, and the closing.</summary>
        public CancellationToken Stop => stop.Token;

        public void Dispose()
        {
            stop.Dispose();
            turn.Release();
        }
    }
}
