using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace GptCuda.Engine.Cpu;

/// <summary>
/// Threads that share loops with their caller: units are claimed one by one, so that a thread which the system delays does not
/// hold up the rest. Between loops the threads spin for a moment, because a forward pass is a hundred short loops, and then sleep.
/// </summary>
/// <remarks>Loops are started by one thread at a time and are not nested.</remarks>
internal sealed class WorkerPool : IDisposable
{
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000;

    private readonly Thread[] _workers;
    private readonly Parking[] _parkings;
    private Action<int, int>? _body;
    private ExceptionDispatchInfo? _failure;

    /// <summary>
    /// Units of the loop in the upper half, units claimed in the lower: one word, so that a late thread cannot take a claim on
    /// a loop that has ended for one on the loop that follows.
    /// </summary>
    private long _claims;

    private int _finished;
    private volatile bool _stopping;

    /// <param name="threads">Threads that run a loop, the caller's own among them; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _parkings = new Parking[threads - 1];
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int worker = i + 1;
            _parkings[i] = new Parking();
            _workers[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"GptCuda CPU {worker}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads that run a loop, the caller's own among them.</summary>
    public int ThreadCount => _workers.Length + 1;

    /// <summary>The threads beside the caller.</summary>
    internal IReadOnlyList<Thread> Workers => _workers;

    /// <summary>
    /// Calls <paramref name="body"/> with each unit below <paramref name="count"/> and the number of the thread that runs it.
    /// </summary>
    /// <exception cref="Exception">What the body threw first; the units left were not started.</exception>
    public void For(int count, Action<int, int> body)
    {
        if (count <= 1 || _workers.Length == 0)
        {
            for (int unit = 0; unit < count; unit++)
                body(unit, 0);
            return;
        }

        _body = body;
        Volatile.Write(ref _finished, 0);
        Interlocked.Exchange(ref _claims, (long)count << 32);
        int needed = Math.Min(count - 1, _parkings.Length);
        for (int i = 0; i < needed; i++)
            _parkings[i].Wake();

        RunUnits(0);
        SpinWait spinner = default;
        while (Volatile.Read(ref _finished) != count)
        {
            // Never sleeps a full millisecond: the last unit of another thread is all there is to wait for.
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        _body = null;
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _stopping = true;
        foreach (Parking parking in _parkings)
            parking.Wake();
        foreach (Thread worker in _workers)
            worker.Join();
        foreach (Parking parking in _parkings)
            parking.Dispose();
    }

    private void Serve(int worker)
    {
        Parking parking = _parkings[worker - 1];
        long lastWork = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            if (RunUnits(worker))
            {
                lastWork = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - lastWork < SpinTicks)
            {
                Thread.SpinWait(4);
            }
            else
            {
                parking.Announce();
                if (_stopping || HasUnclaimed(Interlocked.Read(ref _claims)))
                    parking.Leave();
                else
                    parking.Sleep();
                lastWork = Stopwatch.GetTimestamp();
            }
        }
    }

    private bool RunUnits(int worker)
    {
        bool any = false;
        while (HasUnclaimed(Volatile.Read(ref _claims)))
        {
            long claim = Interlocked.Increment(ref _claims) - 1;
            if (!HasUnclaimed(claim))
                break;

            // The loop cannot end before this unit is counted, so its body stays.
            any = true;
            try
            {
                if (_failure is null)
                    _body!((int)claim, worker);
            }
            catch (Exception exception)
            {
                _failure ??= ExceptionDispatchInfo.Capture(exception);
            }

            Interlocked.Increment(ref _finished);
        }

        return any;
    }

    private static bool HasUnclaimed(long claims) => (int)claims < (int)(claims >> 32);

    /// <summary>Where one thread sleeps between loops.</summary>
    private sealed class Parking : IDisposable
    {
        private readonly SemaphoreSlim _semaphore = new(0);
        private int _sleeping;

        /// <summary>Says that the thread is about to sleep; it must look for work once more after this.</summary>
        public void Announce() => Interlocked.Exchange(ref _sleeping, 1);

        /// <summary>Takes the announcement back, or takes the wake-up that met it.</summary>
        public void Leave()
        {
            if (Interlocked.Exchange(ref _sleeping, 0) == 0)
                _semaphore.Wait();
        }

        public void Sleep() => _semaphore.Wait();

        public void Wake()
        {
            if (Volatile.Read(ref _sleeping) == 1 && Interlocked.Exchange(ref _sleeping, 0) == 1)
                _semaphore.Release();
        }

        public void Dispose() => _semaphore.Dispose();
    }
}
