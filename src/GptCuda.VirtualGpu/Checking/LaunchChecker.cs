using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// Watches one launch. The executor begins a <see cref="BlockChecker"/> per block, tells it what the block's warps do, and completes
/// blocks and launch; blocks may run on several host threads at once. Verdicts do not depend on which block the host ran first.
/// </summary>
internal sealed class LaunchChecker
{
    /// <summary>Begins a launch.</summary>
    /// <param name="memory">The device's memory.</param>
    /// <param name="profile">The device.</param>
    /// <param name="level">How much is checked.</param>
    /// <param name="launch">What is launched.</param>
    public LaunchChecker(DeviceMemory memory, DeviceProfile profile, CheckLevel level, LaunchDescription launch)
    {
        Memory = memory;
        Profile = profile;
        Level = level;
        Launch = launch;
    }

    /// <summary>The device's memory.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>The device.</summary>
    public DeviceProfile Profile { get; }

    /// <summary>How much is checked.</summary>
    public CheckLevel Level { get; }

    /// <summary>What is launched.</summary>
    public LaunchDescription Launch { get; }

    /// <summary>
    /// Held by the executor over <see cref="BlockChecker.Access"/> and the performing of every strong access to global memory
    /// (<see cref="MemoryOrder"/> other than Weak, atomics and reductions included): which value an access reads and what it thereby
    /// synchronises with must be one step.
    /// </summary>
    public Lock Gate { get; } = new();

    /// <summary>Begins a block. Thread-safe.</summary>
    /// <param name="block">The block's linear index in the grid.</param>
    public BlockChecker BeginBlock(long block) => new(this, block);

    /// <summary>Ends the launch after every block has completed: finds the races between blocks.</summary>
    /// <exception cref="VirtualFault">Blocks race, or something was written that was read with ld.global.nc.</exception>
    public void Complete()
    {
    }
}
