using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Profiles;

/// <summary>Whether a device accepts a launch.</summary>
internal static class LaunchLimits
{
    /// <summary>Checks a launch against a device; null when it fits.</summary>
    /// <param name="profile">The device.</param>
    /// <param name="launch">The launch; its shared bytes are static and dynamic together.</param>
    /// <param name="dynamicSharedBytes">Those of them that are dynamic.</param>
    /// <param name="dynamicSharedLimit">
    /// What cuFuncSetAttribute(MAX_DYNAMIC_SHARED_SIZE_BYTES) has allowed; 0 when it was not called.
    /// </param>
    /// <param name="kernelMaximumThreads">What .maxntid allows; 0 when the kernel has none.</param>
    public static VirtualFault? Check(
        DeviceProfile profile, LaunchDescription launch, int dynamicSharedBytes, int dynamicSharedLimit, int kernelMaximumThreads)
    {
        var subject = $"kernel {launch.Kernel}";
        VirtualFault Invalid(string detail) => new(FaultKind.InvalidLaunch, subject, detail);

        var (grid, block) = (launch.Grid, launch.Block);
        if (grid.X < 1 || grid.Y is < 1 or > 65535 || grid.Z is < 1 or > 65535)
            return Invalid($"a grid of {grid}; extents are 1 to 2147483647, 65535, 65535.");
        if (block.X is < 1 or > 1024 || block.Y is < 1 or > 1024 || block.Z is < 1 or > 64
            || block.Count > DeviceProfile.MaximumThreadsPerBlock)
        {
            return Invalid($"a block of {block} is {block.Count} threads; extents are 1 to 1024, 1024, 64, and "
                + $"{DeviceProfile.MaximumThreadsPerBlock} threads at most.");
        }
        if (kernelMaximumThreads > 0 && block.Count > kernelMaximumThreads)
            return Invalid(
                $"{block.Count} threads a block; the kernel was compiled for at most {kernelMaximumThreads} (__launch_bounds__).");
        if (launch.SharedBytes > profile.SharedPerBlockOptIn)
            return Invalid($"{launch.SharedBytes} shared bytes a block; {profile.Name} gives {profile.SharedPerBlockOptIn} at most.");
        if (launch.SharedBytes > DeviceProfile.SharedPerBlock && dynamicSharedBytes > dynamicSharedLimit)
        {
            return Invalid($"{launch.SharedBytes} shared bytes a block, {dynamicSharedBytes} of them dynamic, where {dynamicSharedLimit} dynamic "
                + $"ones were allowed. More than {DeviceProfile.SharedPerBlock} need cuFuncSetAttribute("
                + "CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES).");
        }
        var registers = Registers(launch);
        if (registers > DeviceProfile.RegistersPerMultiprocessor)
        {
            return new(FaultKind.LaunchOutOfResources, subject,
                $"{launch.RegistersPerThread} registers a thread and {block.Count} threads a block are {registers} registers; a block has "
                + $"{DeviceProfile.RegistersPerMultiprocessor}.");
        }
        return launch.Cooperative ? CheckCooperative(profile, launch) : null;
    }

    /// <summary>The most blocks of a kernel that are resident at once: what a cooperative launch may have.</summary>
    /// <param name="profile">The device.</param>
    /// <param name="launch">The launch; its grid does not matter.</param>
    public static long ResidentBlocks(DeviceProfile profile, LaunchDescription launch) =>
        (long)profile.Multiprocessors
        * Occupancy.Of(profile, launch.Threads, launch.SharedBytes, launch.RegistersPerThread).BlocksPerMultiprocessor;

    private static VirtualFault? CheckCooperative(DeviceProfile profile, LaunchDescription launch)
    {
        var resident = ResidentBlocks(profile, launch);
        return launch.Grid.Count <= resident ? null : new(FaultKind.CooperativeLaunchTooLarge, $"kernel {launch.Kernel}",
            $"{launch.Grid.Count} blocks of {launch.Threads} threads and {launch.SharedBytes} shared bytes; "
            + $"{profile.Name} holds {resident} of them "
            + "at once, and a block that is not resident would never reach the grid's barrier.");
    }

    private static long Registers(LaunchDescription launch)
    {
        // Warps get registers in units of 256.
        var perWarp = (launch.RegistersPerThread * 32L + 255) / 256 * 256;
        return perWarp * launch.Warps;
    }
}
