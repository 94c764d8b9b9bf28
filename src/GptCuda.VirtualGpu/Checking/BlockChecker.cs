using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// Watches one block of a launch: every memory access before it is performed, every synchronisation after it is complete.
/// Used by one host thread at a time.
/// </summary>
internal sealed unsafe class BlockChecker
{
    private readonly LaunchChecker _launch;

    internal BlockChecker(LaunchChecker launch, long block)
    {
        _launch = launch;
        Block = block;
    }

    /// <summary>The block's linear index.</summary>
    public long Block { get; }

    /// <summary>What the block did.</summary>
    public BlockCounters Counters { get; } = new();

    /// <summary>
    /// Checks and counts an access. To be called before the access is performed; for strong accesses to global memory both under
    /// <see cref="LaunchChecker.Gate"/>.
    /// </summary>
    /// <param name="access">The access.</param>
    /// <exception cref="VirtualFault">The access is faulty; it must not be performed.</exception>
    public void Access(in WarpAccess access)
    {
    }

    /// <summary>
    /// The lanes' cp.async copies into shared memory are complete and have just been performed: the bytes are as if each lane had
    /// stored them now.
    /// </summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">The lanes.</param>
    /// <param name="destinations">32 shared offsets, as given with <see cref="AccessKind.AsyncCopyWrite"/>.</param>
    /// <param name="bytes">Bytes a lane.</param>
    public void AsyncCopyArrived(int warp, uint mask, ulong* destinations, int bytes)
    {
    }

    /// <summary>A block barrier is complete: bar.sync and bar.red of all that wait at it.</summary>
    /// <param name="barrier">0 to 15.</param>
    /// <param name="lanes">The lanes of each warp of the block that waited (bar.arrive's lanes are not among them).</param>
    public void BarrierComplete(int barrier, ReadOnlySpan<uint> lanes)
    {
    }

    /// <summary>Lanes have passed bar.arrive, which does not wait.</summary>
    /// <param name="barrier">0 to 15.</param>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    public void BarrierArrive(int barrier, int warp, uint mask)
    {
    }

    /// <summary>bar.warp.sync is complete among the lanes of a mask.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    public void WarpBarrier(int warp, uint mask)
    {
    }

    /// <summary>Lanes have executed fence or membar.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    /// <param name="order">AcquireRelease (fence.acq_rel), Acquire, Release, or SequentiallyConsistent (fence.sc, membar).</param>
    /// <param name="scope">The fence's scope.</param>
    public void Fence(int warp, uint mask, MemoryOrder order, MemoryScope scope)
    {
    }

    /// <summary>Lanes have exited.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    public void Exited(int warp, uint mask)
    {
    }

    /// <summary>
    /// An instruction of a warp uses, for the first time in the warp's life, a register that a streaming load gave
    /// (<see cref="CacheHints.Streaming"/>), or waits for a cp.async. Further calls do nothing.
    /// </summary>
    /// <param name="warp">The warp.</param>
    public void StreamedValueUsed(int warp)
    {
    }

    /// <summary>Ends the block after its last thread has exited.</summary>
    public void Complete()
    {
    }

    /// <summary>Makes a fault that the executor has found itself, with the block's and thread's coordinates filled in.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="detail">What happened, with the actual values, and what to do.</param>
    /// <param name="warp">The warp, or -1 where no thread is meant.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="instruction">The instruction's index, or -1.</param>
    public VirtualFault Fault(FaultKind kind, string detail, int warp = -1, int lane = 0, int instruction = -1) =>
        new(kind, $"kernel {_launch.Launch.Kernel}", detail)
        {
            Block = _launch.Launch.Grid.Coordinates(Block),
            Thread = warp < 0 ? null : _launch.Launch.Block.Coordinates(warp * 32 + lane),
            At = instruction < 0 ? null : _launch.Launch.Source(instruction),
        };
}
