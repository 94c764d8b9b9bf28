using System.Diagnostics;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A piece of submitted work and what has to be done before it.</summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class WorkItem
{
    private readonly VirtualContext _context;
    private readonly IOperation _operation;
    private WorkItem[]? _before;

    /// <summary>Takes its place in the order.</summary>
    /// <param name="context">The context that a fault ends.</param>
    /// <param name="operation">The work.</param>
    /// <param name="before">What comes before, as far as it is not done; nulls are nothing.</param>
    public WorkItem(VirtualContext context, IOperation operation, ReadOnlySpan<WorkItem?> before)
    {
        _context = context;
        _operation = operation;
        int count = 0;
        foreach (WorkItem? item in before)
            count += item is { IsDone: false } ? 1 : 0;
        if (count == 0)
            return;
        _before = new WorkItem[count];
        foreach (WorkItem? item in before)
        {
            if (item is { IsDone: false })
                _before[--count] = item;
        }
    }

    public bool IsDone { get; private set; }

    /// <summary>When it was done, in <see cref="Stopwatch"/> ticks.</summary>
    public long Finished { get; private set; }

    /// <summary>Does what it depends on and then its own work. A long chain must not become deep recursion.</summary>
    public void Complete()
    {
        if (_before is null)
        {
            Run();
            return;
        }
        Stack<WorkItem> pending = new([this]);
        while (pending.TryPeek(out WorkItem? item))
        {
            if (item._before is { } before && Array.Find(before, dependency => !dependency.IsDone) is { } first)
                pending.Push(first);
            else
                pending.Pop().Run();
        }
    }

    private void Run()
    {
        if (IsDone)
            return;
        _before = null;
        IsDone = true;
        // After a fault nothing of the context runs any more; waiting for it reports the fault.
        if (_context.Fault is null)
            _context.Execute(_operation);
        Finished = Stopwatch.GetTimestamp();
    }
}
