using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Counting;

/// <summary>How many blocks of a kernel are resident on one SM at once.</summary>
/// <param name="BlocksPerMultiprocessor">Blocks.</param>
/// <param name="LimitedBy">threads, blocks, shared or registers.</param>
/// <param name="Warps">Resident warps.</param>
/// <param name="Fraction">Resident warps, of those that the SM could hold.</param>
internal sealed record Occupancy(int BlocksPerMultiprocessor, string LimitedBy, int Warps, double Fraction)
{
    /// <summary>Computes it as the CUDA occupancy calculator does.</summary>
    /// <param name="profile">The device.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Shared bytes of a block, static and dynamic.</param>
    /// <param name="registersPerThread">ptxas's figure; 0 when unknown, and registers then limit nothing.</param>
    public static Occupancy Of(DeviceProfile profile, int threads, int sharedBytes, int registersPerThread)
    {
        var warps = (threads + 31) / 32;
        (int Blocks, string By) least = (profile.ThreadsPerMultiprocessor / (warps * 32), "threads");
        if (profile.BlocksPerMultiprocessor < least.Blocks)
            least = (profile.BlocksPerMultiprocessor, "blocks");
        var shared = sharedBytes + profile.SharedReservedPerBlock;
        if (shared > 0)
        {
            // Shared memory is given in units of 128 bytes from 8.0 on, of 256 before.
            var unit = profile.ComputeMajor >= 8 ? 128 : 256;
            var byShared = profile.SharedPerMultiprocessor / ((shared + unit - 1) / unit * unit);
            if (byShared < least.Blocks)
                least = (byShared, "shared");
        }
        if (registersPerThread > 0)
        {
            // Registers are given to warps in units of 256, and each of the SM's four parts holds whole warps.
            var perWarp = (registersPerThread * 32 + 255) / 256 * 256;
            var warpsPerPart = DeviceProfile.RegistersPerMultiprocessor / 4 / perWarp;
            var byRegisters = warpsPerPart * 4 / warps;
            if (byRegisters < least.Blocks)
                least = (byRegisters, "registers");
        }
        var resident = least.Blocks * warps;
        return new(least.Blocks, least.By, resident, resident * 32.0 / profile.ThreadsPerMultiprocessor);
    }
}
