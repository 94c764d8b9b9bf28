using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// A block of threads while it is resident: its warps, its shared and local memory, its barriers. Run by one host thread at a time.
/// </summary>
internal sealed unsafe class Block : IDisposable
{
    /// <summary>Instructions without a word to other blocks after which a block's turn passes on.</summary>
    private const long TurnInstructions = 4096;

    private readonly byte* _memory;
    private readonly int _sharedBytes;
    private readonly long _memoryBytes;
    private readonly int[] _order;
    private BlockScheduler _scheduler = null!;
    private BlockChecker _checker = null!;
    private int _next;
    private bool _hasTurn;
    private long _lastWord;
    private long _storesSeen;

    /// <summary>Creates the memory of a block.</summary>
    public Block(LaunchContext launch)
    {
        Launch = launch;
        Kernel kernel = launch.Kernel;
        int warps = (int)(launch.Request.Block.Count + Warp.Lanes - 1) / Warp.Lanes;
        _sharedBytes = kernel.StaticSharedBytes + launch.Request.DynamicSharedBytes;
        long shared = (_sharedBytes + 16 + 63) / 64 * 64L, local = (long)kernel.FrameBytes * warps * Warp.Lanes;
        long registers = (long)kernel.RegisterFileBytes * warps;
        _memoryBytes = shared + (local + 63) / 64 * 64 + registers;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_memoryBytes, 64);
        Shared = _memory;
        Local = _memory + shared;
        byte* files = Local + (local + 63) / 64 * 64;
        Executions = new long[kernel.Blocks.Length];
        Warps = new Warp[warps];
        _order = new int[warps];
        var code = (Instructions.Instruction*)Marshal.UnsafeAddrOfPinnedArrayElement(kernel.Code, 0);
        for (int i = 0; i < warps; i++)
            Warps[i] = new Warp(this, i, files + (long)i * kernel.RegisterFileBytes, code);
        Barriers = new BlockBarriers(this, warps);
    }

    /// <summary>The launch.</summary>
    public LaunchContext Launch { get; }

    /// <summary>Its place in the grid.</summary>
    public long Number { get; private set; }

    /// <summary>Its warps.</summary>
    public Warp[] Warps { get; }

    /// <summary>Its barriers.</summary>
    public BlockBarriers Barriers { get; }

    /// <summary>Its checker.</summary>
    public BlockChecker Checker => _checker;

    /// <summary>The windows of the generic address space.</summary>
    public AddressWindows Windows => Launch.Windows;

    /// <summary>Its shared memory.</summary>
    public byte* Shared { get; }

    /// <summary>Its threads' local memory, one after the other.</summary>
    public byte* Local { get; }

    /// <summary>The launch's parameters.</summary>
    public byte* Parameters => Launch.Parameters;

    /// <summary>How often each basic block has been executed by a warp.</summary>
    public long[] Executions { get; }

    /// <summary>Warp-instructions executed.</summary>
    public long Instructions { get; set; }

    /// <summary>Whether a fault elsewhere has ended the launch.</summary>
    public volatile bool IsAbandoned;

    /// <summary>Whether something was stored since this was last asked: a sign of progress.</summary>
    public bool TakeProgress()
    {
        long stores = 0;
        foreach (Warp warp in Warps)
            stores += warp.Stores;
        bool progress = stores != _storesSeen;
        _storesSeen = stores;
        return progress;
    }

    /// <summary>Begins the block anew as block <paramref name="number"/> of the grid.</summary>
    public void Begin(long number, BlockScheduler scheduler)
    {
        Number = number;
        _scheduler = scheduler;
        _checker = Launch.Checker.BeginBlock(number);
        _next = 0;
        _hasTurn = false;
        _lastWord = _storesSeen = Instructions = 0;
        IsAbandoned = false;
        Array.Clear(Executions);
        Barriers.Clear();
        // What was there before is anything; all ones is a NaN in every format.
        new Span<byte>(_memory, (int)Math.Min(Local - _memory, int.MaxValue)).Fill(0xff);
        for (byte* at = Local; at < Warps[0].Registers; at += 1 << 20)
            new Span<byte>(at, (int)Math.Min(1 << 20, Warps[0].Registers - at)).Fill(0xff);
        long threads = Launch.Request.Block.Count;
        Launch.Order.FillWarps(_order, number);
        foreach (Warp warp in Warps)
        {
            long lanes = Math.Min(Warp.Lanes, threads - (long)warp.Index * Warp.Lanes);
            warp.Begin(lanes == Warp.Lanes ? uint.MaxValue : (1u << (int)lanes) - 1);
        }
    }

    /// <summary>Runs until the block ends, needs its turn, or waits for other blocks.</summary>
    /// <exception cref="VirtualFault">A fault of the block.</exception>
    public BlockPause Run()
    {
        while (true)
        {
            bool ran = false, advanced = false;
            for (; _next < _order.Length; _next++)
            {
                Warp warp = Warps[_order[_next]];
                if (!warp.IsRunnable)
                    continue;
                ran = true;
                WarpPause pause = warp.Run();
                if (pause == WarpPause.NeedsTurn)
                    return BlockPause.NeedsTurn;
                advanced |= pause != WarpPause.Yielded;
                if (IsAbandoned)
                    return BlockPause.Finished;
                if (Instructions > Launch.Options.InstructionBudget)
                {
                    throw _checker.Fault(FaultKind.InstructionBudget,
                        $"the block has executed {Instructions} warp-instructions, "
                        + $"more than the budget of {Launch.Options.InstructionBudget}: "
                        + $"an endless loop, or raise {ExecutionOptions.BudgetVariable}", warp.Index);
                }
            }
            _next = 0;
            if (Array.TrueForAll(Warps, warp => warp.Live == 0))
                return Complete();
            if (!ran)
                throw StuckBlock.Explain(this);
            if (!advanced)
            {
                PassTurn();
                return BlockPause.Yielded;
            }
        }
    }

    /// <summary>Whether the block may reach global memory in a way that orders blocks; if not, it has to wait for its turn.</summary>
    public bool TakeTurn()
    {
        _lastWord = Instructions;
        return _hasTurn;
    }

    /// <summary>The scheduler gives the block its turn.</summary>
    public void GiveTurn()
    {
        _hasTurn = true;
        _lastWord = Instructions;
    }

    /// <summary>Passes the turn on when the block has had nothing to say to others for long.</summary>
    public void PassIdleTurn()
    {
        if (_hasTurn && Instructions - _lastWord > TurnInstructions)
            PassTurn();
    }

    /// <summary>Lets lanes go on that wait for lanes which poll; false when there are none.</summary>
    public bool StopMeeting()
    {
        bool any = false;
        foreach (Warp warp in Warps)
            any |= warp.StopMeeting();
        return any;
    }

    /// <summary>Threads have exited.</summary>
    public void ThreadsExited() => Barriers.ThreadsExited();

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private void PassTurn()
    {
        if (!_hasTurn)
            return;
        _hasTurn = false;
        _scheduler.TurnPassed();
    }

    private BlockPause Complete()
    {
        Kernel kernel = Launch.Kernel;
        for (int i = 0; i < Executions.Length; i++)
        {
            if (Executions[i] == 0)
                continue;
            int[] classes = kernel.Classes[i];
            for (int c = 0; c < classes.Length; c++)
                _checker.Counters.Instructions[c] += classes[c] * Executions[i];
        }
        _checker.Complete();
        return BlockPause.Finished;
    }
}
