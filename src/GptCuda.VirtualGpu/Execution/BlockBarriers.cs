using System.Numerics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>The sixteen barriers of a block.</summary>
internal sealed unsafe class BlockBarriers
{
    private const int Count = 16;

    private readonly Block _block;
    private readonly uint[][] _waiting = new uint[Count][];
    private readonly uint[][] _predicates = new uint[Count][];
    private readonly int[] _expected = new int[Count];
    private readonly int[] _arrived = new int[Count];
    private readonly BarrierForm[] _forms = new BarrierForm[Count];
    private readonly bool[] _used = new bool[Count];

    /// <summary>Creates the barriers of a block.</summary>
    public BlockBarriers(Block block, int warps)
    {
        _block = block;
        for (int i = 0; i < Count; i++)
        {
            _waiting[i] = new uint[warps];
            _predicates[i] = new uint[warps];
        }
    }

    /// <summary>Begins a block anew.</summary>
    public void Clear()
    {
        for (int i = 0; i < Count; i++)
            Clear(i);
    }

    /// <summary>Lanes of a warp have come to a barrier.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="instruction">The barrier instruction.</param>
    /// <param name="barrier">0 to 15.</param>
    /// <param name="threads">How many threads it takes; 0 means all live ones of the block.</param>
    /// <param name="lanes">The lanes.</param>
    /// <param name="predicate">Of a reduction: the lanes whose predicate holds.</param>
    public void Arrive(Warp warp, Instruction* instruction, int barrier, int threads, uint lanes, uint predicate)
    {
        var form = (BarrierForm)instruction->Detail->Variant;
        _block.Checker.Counters.Barriers++;
        if (_used[barrier] && _expected[barrier] != threads)
        {
            throw warp.Fault(FaultKind.IllegalInstruction, instruction, BitOperations.TrailingZeroCount(lanes),
                $"barrier {barrier} is waited at with {Threads(_expected[barrier])} and with {Threads(threads)}");
        }
        if (form > BarrierForm.Arrive && _forms[barrier] > BarrierForm.Arrive && _forms[barrier] != form)
        {
            throw warp.Fault(FaultKind.IllegalInstruction, instruction, BitOperations.TrailingZeroCount(lanes),
                $"barrier {barrier} is used for two different reductions at once");
        }
        _used[barrier] = true;
        _expected[barrier] = threads;
        if (form > BarrierForm.Arrive)
            _forms[barrier] = form;
        if (form == BarrierForm.Arrive)
        {
            _block.Checker.BarrierArrive(barrier, warp.Index, lanes);
            _arrived[barrier] += lanes == warp.Live ? Warp.Lanes : BitOperations.PopCount(lanes);
        }
        else
        {
            _waiting[barrier][warp.Index] |= lanes;
            _predicates[barrier][warp.Index] |= predicate;
        }
        TryComplete(barrier);
    }

    /// <summary>Threads have exited, so that a barrier may be complete without them.</summary>
    public void ThreadsExited()
    {
        for (int i = 0; i < Count; i++)
        {
            if (_used[i])
                TryComplete(i);
        }
    }

    private static string Threads(int threads) => threads == 0 ? "all threads" : $"{threads} threads";

    private void TryComplete(int barrier)
    {
        uint[] waiting = _waiting[barrier];
        if (_expected[barrier] == 0)
        {
            bool any = false;
            foreach (Warp warp in _block.Warps)
            {
                if (waiting[warp.Index] != warp.Live)
                    return;
                any |= warp.Live != 0;
            }
            if (!any)
                return;
        }
        else
        {
            // Threads are counted by whole warps: a warp whose last lanes have no thread, or have exited, counts 32 all the same.
            int threads = _arrived[barrier];
            foreach (Warp warp in _block.Warps)
                threads += waiting[warp.Index] != 0 && waiting[warp.Index] == warp.Live
                    ? Warp.Lanes
                    : BitOperations.PopCount(waiting[warp.Index]);
            if (threads < _expected[barrier])
                return;
        }
        int count = _predicates[barrier].Sum(BitOperations.PopCount), all = waiting.Sum(BitOperations.PopCount);
        int result = _forms[barrier] switch
        {
            BarrierForm.And => count == all ? 1 : 0,
            _ => count,
        };
        _block.Checker.BarrierComplete(barrier, waiting);
        foreach (Warp warp in _block.Warps)
        {
            if (waiting[warp.Index] != 0)
                warp.ReleaseFromBlockBarrier(barrier, result);
        }
        Clear(barrier);
    }

    private void Clear(int barrier)
    {
        Array.Clear(_waiting[barrier]);
        Array.Clear(_predicates[barrier]);
        _expected[barrier] = _arrived[barrier] = 0;
        _forms[barrier] = BarrierForm.Wait;
        _used[barrier] = false;
    }
}
