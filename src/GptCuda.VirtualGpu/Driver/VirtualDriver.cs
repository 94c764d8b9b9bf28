using GptCuda.VirtualGpu.Checking;
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

    private readonly Executor _executor;
    private readonly L2Cache? _cache;
    private VirtualContext? _primary;
    private int _primaryUses;
    private uint _primaryFlags;

    public VirtualDriver(DeviceProfile profile, Schedule schedule, CheckLevel checks, int seed)
    {
        Profile = profile;
        Schedule = schedule;
        Memory = new DeviceMemory(profile.MemoryBytes);
        Order = new Random(seed);
        Report = LaunchReport.FromEnvironment(profile);
        _cache = Report is null ? null : new L2Cache(profile.L2Bytes);
        Checks = checks;
        _executor = new Executor(Memory, profile, checks, seed);
    }

    /// <summary>Held by every call.</summary>
    public Lock Gate { get; } = new();

    public DeviceProfile Profile { get; }

    public Schedule Schedule { get; set; }

    public CheckLevel Checks { get; }

    public DeviceMemory Memory { get; }

    /// <summary>Picks among orders that are all allowed.</summary>
    public Random Order { get; }

    public LaunchReport? Report { get; }

    public HandleTable<VirtualContext> Contexts { get; } = new("context");

    public HandleTable<VirtualStream> Streams { get; } = new("stream");

    public HandleTable<VirtualEvent> Events { get; } = new("event");

    public HandleTable<LoadedModule> Modules { get; } = new("module");

    public HandleTable<LoadedFunction> Functions { get; } = new("function");

    public HandleTable<VirtualGraph> Graphs { get; } = new("graph");

    public HandleTable<GraphNode> Nodes { get; } = new("graph node");

    public HandleTable<GraphExec> Execs { get; } = new("executable graph");

    /// <summary>The primary context and how often it is retained.</summary>
    public (bool Active, uint Flags) PrimaryState => (_primary is not null, _primaryFlags);

    /// <summary>Retains the primary context, and makes it where there is none.</summary>
    public VirtualContext RetainPrimary()
    {
        if (_primary is null)
        {
            _primary = new VirtualContext(this, _primaryFlags, isPrimary: true);
            _primary.Handle = Contexts.Add(_primary);
        }
        _primaryUses++;
        return _primary;
    }

    /// <summary>Takes back one retain; the last one ends the context.</summary>
    public void ReleasePrimary()
    {
        if (_primary is null || _primaryUses == 0)
            throw new DriverException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "the primary context is not retained.");
        if (--_primaryUses == 0)
            ResetPrimary();
    }

    /// <summary>Ends the primary context whatever its count.</summary>
    public void ResetPrimary()
    {
        VirtualContext? context = _primary;
        (_primary, _primaryUses) = (null, 0);
        if (context is not null)
            Destroy(context);
    }

    /// <summary>Sets the flags of the primary context.</summary>
    public void SetPrimaryFlags(uint flags)
    {
        _primaryFlags = flags;
        if (_primary is not null)
            _primary.Flags = flags;
    }

    /// <summary>Ends a context and takes back what it owns.</summary>
    public void Destroy(VirtualContext context)
    {
        context.Destroy();
        foreach (LoadedModule module in Modules.All.Where(module => module.Context == context))
            module.Unload();
        foreach (Allocation allocation in Memory.Live.Where(allocation => allocation.Owner == context))
            Memory.TryFree(allocation.Address);
    }

    /// <summary>Whether an address lies in the device's range: device memory or pinned host memory.</summary>
    public bool IsDeviceAddress(ulong address) => Memory.Contains(address);

    /// <summary>Whether an address lies in pinned host memory.</summary>
    public bool IsPinned(ulong address) => Memory.Find(address) is { Kind: AllocationKind.PinnedHost };

    /// <summary>Runs an operation; a fault ends its context.</summary>
    public void Execute(VirtualContext context, IOperation operation)
    {
        try
        {
            operation.Execute(this, null);
        }
        catch (VirtualFault fault)
        {
            context.Poison(fault);
        }
        catch (DriverException refused)
        {
            context.Poison(new VirtualFault(FaultKind.InvalidLaunch, operation.Name, refused.Message));
        }
    }

    /// <summary>Runs a launch whose limits have been checked.</summary>
    /// <exception cref="VirtualFault">The kernel did what it must not.</exception>
    public void Launch(LaunchRequest request, GraphNodeReference? node)
    {
        LaunchChecker launch = _executor.Launch(request, _cache);
        Report?.Launched(launch, node);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Report?.Dispose();
        Memory.Dispose();
    }
}
