using System.Numerics;
using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// Runs a launch's blocks on the host's cores, with one outcome whatever the cores do. Blocks run side by side as long as they mind
/// their own business. An instruction through which blocks can talk (an atomic or another strong access to global memory) waits for
/// the block's turn. The turn goes round the resident blocks in launch order, and passes on only at points that the block's own
/// instructions decide: its end, a poll that found nothing, a long time without a word. So atomics happen in one order, sums of floats
/// included, and blocks that wait for each other all advance. As many blocks are resident as the device would hold.
/// </summary>
internal sealed class BlockScheduler
{
    private readonly LaunchContext _launch;
    private readonly long _count;
    private readonly int _threads;
    private readonly LinkedList<ResidentBlock> _round = [];
    private readonly object _gate = new();
    private LinkedListNode<ResidentBlock>? _turn;
    private long _admitted;
    private int _begun;
    private bool _turnTaken, _isOver;
    private int _helpers;
    private long _fruitless;
    private long _faultPlace = long.MaxValue;
    private Exception? _fault;

    /// <summary>Prepares a launch.</summary>
    /// <param name="launch">The launch.</param>
    /// <param name="resident">How many blocks the device holds at once.</param>
    public BlockScheduler(LaunchContext launch, long resident)
    {
        _launch = launch;
        _count = launch.Request.Grid.Count;
        _threads = (int)Math.Min(launch.Options.Threads, _count);
        while (_admitted < _count && _round.Count < resident)
            _round.AddLast(new ResidentBlock(_admitted++));
        _turn = _round.First;
    }

    /// <summary>Runs all blocks; the calling thread takes part.</summary>
    /// <exception cref="VirtualFault">A block's fault: of several, the one that is first in launch order.</exception>
    public void Run()
    {
        for (int i = 1; i < _threads; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static scheduler => scheduler.Help(), this, preferLocal: false);
        Work();
        lock (_gate)
        {
            // Helpers that the pool has not begun by now find nothing to do; small launches need not wait for them.
            _isOver = true;
            while (_helpers > 0)
                Monitor.Wait(_gate);
        }
        if (_fault is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fault);
    }

    /// <summary>The block whose turn it is passes it on, and may run further.</summary>
    public void TurnPassed()
    {
        lock (_gate)
            Advance();
    }

    private void Help()
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _helpers++;
        }
        Work();
        lock (_gate)
        {
            _helpers--;
            Monitor.PulseAll(_gate);
        }
    }

    private void Work()
    {
        while (Pick() is { } entry)
        {
            BlockPause pause = BlockPause.Finished;
            try
            {
                entry.Block ??= _launch.Begin(_launch.Order.BlockAt(entry.Place, _count), this);
                pause = entry.Block.Run();
            }
            catch (Exception exception)
            {
                // Anything but a fault is a defect of the executor, and ends the launch all the same.
                Stop(entry, exception);
            }
            Put(entry, pause);
        }
    }

    /// <summary>A block to run; null when the launch is over.</summary>
    private ResidentBlock? Pick()
    {
        lock (_gate)
        {
            while (true)
            {
                DropFinished();
                if (_round.Count == 0)
                    return null;
                // Whoever's turn it is goes first, so that a block is never begun while it could be let go on.
                ResidentBlock first = _turn!.Value;
                if (first.State == ResidentState.Waiting)
                {
                    _turnTaken = true;
                    first.Block!.GiveTurn();
                    first.State = ResidentState.Running;
                    return first;
                }
                ResidentBlock? ready = first.State == ResidentState.Ready ? first : FindReady();
                if (ready is not null)
                {
                    if (ready.Block is null)
                        _begun++;
                    ready.State = ResidentState.Running;
                    return ready;
                }
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>A block that may run before its turn. Few begin early: their memory waits with them.</summary>
    private ResidentBlock? FindReady()
    {
        int most = _threads * 4;
        for (LinkedListNode<ResidentBlock>? node = _turn!.Next ?? _round.First; node != _turn; node = node!.Next ?? _round.First)
        {
            ResidentBlock entry = node!.Value;
            if (entry.State == ResidentState.Ready && (entry.Block is not null || _begun < most))
                return entry;
        }
        return null;
    }

    /// <summary>Lets blocks that have ended leave at their turn, and others come in.</summary>
    private void DropFinished()
    {
        while (_turn is { Value.State: ResidentState.Finished } node && !_turnTaken)
        {
            _turn = node.Next;
            _round.Remove(node);
            if (_admitted < _count && _fault is null)
                _round.AddLast(new ResidentBlock(_admitted++));
            _turn ??= _round.First;
            _fruitless = 0;
        }
    }

    private void Advance()
    {
        _turnTaken = false;
        _turn = _turn!.Next ?? _round.First;
        DropFinished();
        Monitor.PulseAll(_gate);
    }

    private void Put(ResidentBlock entry, BlockPause pause)
    {
        lock (_gate)
        {
            switch (pause)
            {
                case BlockPause.Finished:
                    entry.State = ResidentState.Finished;
                    TakeBack(entry);
                    if (_turn!.Value == entry)
                        _turnTaken = false;
                    break;
                case BlockPause.NeedsTurn:
                    entry.State = ResidentState.Waiting;
                    break;
                default:
                    entry.State = ResidentState.Ready;
                    NoteYield(entry);
                    break;
            }
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A block that waits for others has changed nothing; when that goes on and on for all, they wait for each other.</summary>
    private void NoteYield(ResidentBlock entry)
    {
        Block block = entry.Block!;
        if (block.TakeProgress())
            _fruitless = 0;
        else if (Array.Exists(block.Warps, warp => warp.Polls > 0))
            _fruitless++;
        if (_fruitless < 64 + 8L * _round.Count)
            return;
        if (block.StopMeeting())
        {
            _fruitless = 0;
            return;
        }
        Warp polling = Array.Find(block.Warps, warp => warp.Polls > 0) ?? block.Warps[0];
        _fault ??= block.Checker.Fault(FaultKind.Deadlock,
            $"all {_round.Count} resident blocks poll, and nobody changes anything: they wait for each other"
            + (_admitted < _count ? $", or for the {_count - _admitted} blocks that do not fit beside them; a grid barrier needs a cooperative launch" : ""),
            polling.Index, BitOperations.TrailingZeroCount(polling.Live), polling.LastPoll);
        EndAll();
    }

    private void Stop(ResidentBlock entry, Exception exception)
    {
        lock (_gate)
        {
            if (entry.Place >= _faultPlace)
                return;
            _faultPlace = entry.Place;
            _fault = exception;
            EndAll();
        }
    }

    /// <summary>Ends what comes after the fault; what comes before may still fault first.</summary>
    private void EndAll()
    {
        foreach (ResidentBlock entry in _round)
        {
            if (entry.Place < _faultPlace && _faultPlace != long.MaxValue)
                continue;
            if (entry.Block is not null)
                entry.Block.IsAbandoned = true;
            if (entry.State is not (ResidentState.Ready or ResidentState.Waiting))
                continue;
            entry.State = ResidentState.Finished;
            TakeBack(entry);
        }
    }

    /// <summary>The memory of a block that has ended, or will not go on, serves others.</summary>
    private void TakeBack(ResidentBlock entry)
    {
        if (entry.Block is not { } block)
            return;
        entry.Block = null;
        _begun--;
        // After an orderly end there is nothing left to dispose of.
        block.Checker.Dispose();
        _launch.Return(block);
    }
}
