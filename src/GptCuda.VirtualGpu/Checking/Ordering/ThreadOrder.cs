namespace GptCuda.VirtualGpu.Checking.Ordering;

/// <summary>What one thread carries with it between strong accesses and fences (PTX ISA, "Release and Acquire Patterns").</summary>
internal sealed class ThreadOrder
{
    /// <summary>Other blocks' events that this thread is ordered behind.</summary>
    public Knowledge Behind = Knowledge.None;

    /// <summary>What the thread's last release fence released: a strong write after it hands this on. Device scope.</summary>
    public Published Released = Published.Nothing;

    /// <summary>The same of its last fence of any scope: for threads of the same block.</summary>
    public Published ReleasedInBlock = Published.Nothing;

    /// <summary>What strong reads have seen that the thread's next acquire fence acquires; device scope.</summary>
    public Knowledge Seen = Knowledge.None;

    /// <summary>The same, for a fence of block scope.</summary>
    public Knowledge SeenInBlock = Knowledge.None;

    /// <summary>
    /// What sequentially consistent fences were behind that are causally before this thread's present: unlike Released this passes
    /// through barriers, as such fences have an order among themselves. It makes "all threads fence, bar.sync, one thread's atomic"
    /// right with membar, and leaves it wrong with fence.acq_rel, as the PTX memory model has it.
    /// </summary>
    public Published Fenced = Published.Nothing;

    /// <summary>What the thread's next sequentially consistent fence acquires.</summary>
    public Knowledge SeenFenced = Knowledge.None;
}
