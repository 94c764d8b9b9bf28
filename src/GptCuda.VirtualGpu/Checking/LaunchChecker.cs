using GptCuda.VirtualGpu.Checking.Log;
using GptCuda.VirtualGpu.Checking.Ordering;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// Watches one launch. The executor begins a <see cref="BlockChecker"/> per block, tells it what the block's warps do, and completes
/// blocks and launch; blocks may run on several host threads at once. Verdicts do not depend on which block the host ran first.
/// </summary>
internal sealed class LaunchChecker
{
    private readonly AccessLog?[] _logs;
    private readonly L2Cache? _cache;
    private readonly Lock _lock = new();
    private VirtualFault? _uninitialized;
    private long _uninitializedBlock = long.MaxValue;

    /// <summary>Begins a launch.</summary>
    /// <param name="memory">The device's memory.</param>
    /// <param name="profile">The device.</param>
    /// <param name="level">How much is checked.</param>
    /// <param name="launch">What is launched.</param>
    /// <param name="cache">The device's L2, which lasts from launch to launch; null when nobody asks for bytes of memory.</param>
    public LaunchChecker(DeviceMemory memory, DeviceProfile profile, CheckLevel level, LaunchDescription launch, L2Cache? cache = null)
    {
        Memory = memory;
        Profile = profile;
        Level = level;
        Launch = launch;
        _cache = cache;
        _logs = new AccessLog?[level == CheckLevel.None ? 0 : launch.Grid.Count];
        Counters = new LaunchCounters(profile.Multiprocessors)
        {
            Occupancy = Occupancy.Of(profile, launch.Threads, launch.SharedBytes, launch.RegistersPerThread),
        };
    }

    /// <summary>The device's memory.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>The device.</summary>
    public DeviceProfile Profile { get; }

    /// <summary>How much is checked.</summary>
    public CheckLevel Level { get; }

    /// <summary>What is launched.</summary>
    public LaunchDescription Launch { get; }

    /// <summary>What the launch did; complete after <see cref="Complete"/>.</summary>
    public LaunchCounters Counters { get; }

    /// <summary>
    /// Held by the executor over <see cref="BlockChecker.Access"/> and the performing of every strong access to global memory
    /// (<see cref="MemoryOrder"/> other than Weak, atomics and reductions included): which value an access reads and what it thereby
    /// synchronises with must be one step.
    /// </summary>
    public Lock Gate { get; } = new();

    /// <summary>What can be acquired at strong locations of global memory. Guarded by <see cref="Gate"/>.</summary>
    internal Dictionary<ulong, SyncLocation> Locations { get; } = [];

    /// <summary>Begins a block. Thread-safe.</summary>
    /// <param name="block">The block's linear index in the grid.</param>
    public BlockChecker BeginBlock(long block) => new(this, block);

    /// <summary>Ends the launch after every block has completed: finds the races between blocks.</summary>
    /// <exception cref="VirtualFault">
    /// Blocks race, something was written that was read with ld.global.nc, or something was read that nobody has written.
    /// </exception>
    public void Complete()
    {
        if (Level == CheckLevel.None)
            return;
        var readBefore = _cache?.ReadBytes ?? 0;
        var writtenBefore = _cache?.WrittenBytes ?? 0;
        var pages = new LaunchPages(_logs, _cache);
        pages.Count(Counters);
        Counters.DramReadBytes = (_cache?.ReadBytes ?? 0) - readBefore;
        Counters.DramWrittenBytes = (_cache?.WrittenBytes ?? 0) - writtenBefore;
        if (Level == CheckLevel.All)
            new BlockRaces(Launch, Memory, _logs).Check(pages);
        if (_uninitialized is not null)
            throw _uninitialized;
    }

    internal void Finished(long block, AccessLog? log, BlockCounters counters, VirtualFault? uninitialized)
    {
        if (log is not null)
            _logs[block] = log.Accesses.IsEmpty ? null : log;
        lock (_lock)
        {
            Counters.Add(block, counters, Counters.Occupancy!.BlocksPerMultiprocessor);
            // Of several, the first block's, whichever ended first.
            if (uninitialized is null || block >= _uninitializedBlock)
                return;
            _uninitialized = uninitialized;
            _uninitializedBlock = block;
        }
    }
}
