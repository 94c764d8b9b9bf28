using System.Diagnostics;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A piece of submitted work and what has to be done before it.</summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class WorkItem(VirtualContext context, IOperation operation, IEnumerable<WorkItem?> before)
{
    private List<WorkItem>? _before = [.. before.OfType<WorkItem>().Where(item => !item.IsDone).Distinct()];

    public bool IsDone { get; private set; }

    /// <summary>When it was done, in <see cref="Stopwatch"/> ticks.</summary>
    public long Finished { get; private set; }

    /// <summary>Does what it depends on and then its own work; a long chain must not become deep recursion.</summary>
    public void Complete()
    {
        Stack<WorkItem> pending = new([this]);
        while (pending.TryPeek(out WorkItem? item))
        {
            WorkItem? first = item._before?.Find(dependency => !dependency.IsDone);
            if (first is not null)
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
        if (context.Fault is null)
            context.Driver.Execute(context, operation);
        Finished = Stopwatch.GetTimestamp();
    }
}
