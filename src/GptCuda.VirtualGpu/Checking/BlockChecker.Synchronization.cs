namespace GptCuda.VirtualGpu.Checking;

internal sealed unsafe partial class BlockChecker
{
    /// <summary>A block barrier is complete: bar.sync and bar.red of all that wait at it.</summary>
    /// <param name="barrier">0 to 15.</param>
    /// <param name="lanes">The lanes of each warp of the block that waited (bar.arrive's lanes are not among them).</param>
    public void BarrierComplete(int barrier, ReadOnlySpan<uint> lanes)
    {
        if (_shadow is null)
            return;
        _order.Barrier(barrier, lanes);
        _shadow.FloorMoved(_order.Time, _log!.Accesses.Length);
    }

    /// <summary>Lanes have passed bar.arrive, which does not wait.</summary>
    /// <param name="barrier">0 to 15.</param>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    public void BarrierArrive(int barrier, int warp, uint mask)
    {
        if (_shadow is not null)
            _order.Arrive(barrier, warp, mask);
    }

    /// <summary>bar.warp.sync is complete among the lanes of a mask.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    public void WarpBarrier(int warp, uint mask)
    {
        if (_shadow is not null)
            _order.WarpBarrier(warp, mask);
    }

    /// <summary>Lanes have executed fence or membar.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    /// <param name="order">AcquireRelease (fence.acq_rel), Acquire, Release, or SequentiallyConsistent (fence.sc, membar).</param>
    /// <param name="scope">The fence's scope.</param>
    public void Fence(int warp, uint mask, MemoryOrder order, MemoryScope scope)
    {
        if (_shadow is not null && mask != 0)
            _order.Fence(warp, mask, order, scope);
    }

    /// <summary>Lanes have exited.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="mask">Its lanes.</param>
    public void Exited(int warp, uint mask)
    {
        if (_shadow is not null && mask != 0)
            _order.Time.Exit(warp, mask);
    }
}
