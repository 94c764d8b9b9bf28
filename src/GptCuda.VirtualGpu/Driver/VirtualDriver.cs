using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>
/// The machine behind the exports: one device, its memory, contexts, and whatever handles name. One lock guards all of it, so calls
/// of several threads take turns, as their work would on one device.
/// </summary>
internal sealed class VirtualDriver : IDisposable
{
    /// <summary>The CUDA version that the driver reports.</summary>
    public const int Version = 13000;

    private readonly DriverOptions _options;
    private readonly Executor _executor;
    private readonly L2Cache? _cache;
    private VirtualContext? _primary;
    private int _primaryUses;
    private uint _primaryFlags;

    /// <summary>Makes a machine.</summary>
    /// <param name="options">What kind of machine.</param>
    /// <exception cref="InsufficientMemoryException">The system refuses to reserve the device's address space.</exception>
    /// <exception cref="IOException">The report cannot be written.</exception>
    public VirtualDriver(DriverOptions options)
    {
        _options = options;
        Memory = new DeviceMemory(options.Profile.MemoryBytes);
        // Seed 0 is the plain order of everything, as the executor has it.
        Order = options.Execution.Seed == 0 ? null : new Random((int)options.Execution.Seed);
        Report = options.ReportPath is { } path ? new LaunchReport(path, options.Profile) : null;
        _cache = Report is null ? null : new L2Cache(options.Profile.L2Bytes);
        _executor = new Executor(Memory, options.Profile, options.Checks, options.Execution);
    }

    /// <summary>Held by every call.</summary>
    public Lock Gate { get; } = new();

    public DeviceProfile Profile => _options.Profile;

    public Schedule Schedule => _options.Schedule;

    /// <summary>How much is checked.</summary>
    public Checking.CheckLevel Checks => _options.Checks;

    /// <summary>Decides among orders that are all allowed.</summary>
    public ulong Seed => _options.Execution.Seed;

    public DeviceMemory Memory { get; }

    /// <summary>Picks among orders that are all allowed; null for the plain one.</summary>
    public Random? Order { get; }

    public LaunchReport? Report { get; }

    public HandleTable<VirtualContext> Contexts { get; } = new("context");

    public HandleTable<VirtualStream> Streams { get; } = new("stream");

    public HandleTable<VirtualEvent> Events { get; } = new("event");

    public HandleTable<LoadedModule> Modules { get; } = new("module");

    public HandleTable<LoadedFunction> Functions { get; } = new("function");

    public HandleTable<VirtualGraph> Graphs { get; } = new("graph");

    public HandleTable<GraphNode> Nodes { get; } = new("graph node");

    public HandleTable<GraphExec> Execs { get; } = new("executable graph");

    /// <summary>Flags that cuMemHostAlloc was given, by address.</summary>
    public Dictionary<ulong, uint> PinnedFlags { get; } = [];

    /// <summary>The primary context's state, whether it exists or not.</summary>
    public (bool IsActive, uint Flags) PrimaryState => (_primary is not null, _primaryFlags);

    /// <summary>Makes a context.</summary>
    public VirtualContext AddContext(uint flags, bool isPrimary = false)
    {
        VirtualContext context = new(this, flags, isPrimary);
        context.Handle = Contexts.Add(context);
        return context;
    }

    /// <summary>Retains the primary context, and makes it where there is none.</summary>
    public VirtualContext RetainPrimary()
    {
        _primary ??= AddContext(_primaryFlags, isPrimary: true);
        _primaryUses++;
        return _primary;
    }

    /// <summary>Takes back one retain; the last one ends the context.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_INVALID_CONTEXT: it is not retained.</exception>
    public void ReleasePrimary()
    {
        if (_primaryUses == 0)
            throw new DriverException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "the primary context is not retained.");
        if (--_primaryUses == 0)
            ResetPrimary();
    }

    /// <summary>Ends the primary context, however often it is retained; each of those has to be released still.</summary>
    public void ResetPrimary()
    {
        VirtualContext? context = _primary;
        _primary = null;
        if (context is not null)
            Destroy(context);
    }

    /// <summary>Sets the flags of the primary context, now or when it is made.</summary>
    public void SetPrimaryFlags(uint flags)
    {
        _primaryFlags = flags;
        if (_primary is not null)
            _primary.Flags = flags;
    }

    /// <summary>Ends a context and takes back what it owns. Its handle stays known, so that its later use is told apart.</summary>
    public void Destroy(VirtualContext context)
    {
        context.Destroy();
        if (_options.ReportsLeaks)
            LeakReport.Write(this, context);
        Streams.RemoveAll(stream => stream.Context == context);
        Events.RemoveAll(mark => mark.Context == context);
        Execs.RemoveAll(exec => exec.Context == context);
        foreach (LoadedModule module in Modules.RemoveAll(module => module.Context == context))
            module.Unload();
        foreach (Allocation allocation in Memory.Live.Where(allocation => allocation.Owner == context))
            Free(allocation);
    }

    /// <summary>Takes back an allocation.</summary>
    public void Free(Allocation allocation)
    {
        PinnedFlags.Remove(allocation.Address);
        Memory.TryFree(allocation.Address);
    }

    /// <summary>Names what contexts still own, when the process ends.</summary>
    public void ReportLeaks()
    {
        if (!_options.ReportsLeaks)
            return;
        foreach (VirtualContext context in Contexts.All.Where(context => !context.IsDestroyed))
            LeakReport.Write(this, context);
    }

    /// <summary>Whether an address lies in pinned host memory.</summary>
    public bool IsPinned(ulong address) => Memory.Find(address) is { Kind: AllocationKind.PinnedHost };

    /// <summary>Runs a launch whose limits have been checked.</summary>
    /// <exception cref="Checking.VirtualFault">The kernel did what it must not.</exception>
    public void Launch(LaunchRequest request, GraphNodeReference? node)
    {
        Checking.LaunchChecker launch = _executor.Launch(request, _cache);
        Report?.Launched(launch, node);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Report?.Dispose();
        Memory.Dispose();
    }
}
