using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A kernel of a loaded module, with what cuFuncSetAttribute has set.</summary>
internal sealed class LoadedFunction(LoadedModule module, Kernel kernel)
{
    public LoadedModule Module { get; } = module;

    public Kernel Kernel { get; } = kernel;

    public nint Handle { get; set; }

    /// <summary>Dynamic shared bytes that a launch may ask for.</summary>
    public int MaximumDynamicShared { get; set; } = DeviceProfile.SharedPerBlock - kernel.StaticSharedBytes;

    public int PreferredCarveout { get; set; } = -1;

    /// <summary>Threads that a block may have by the kernel's own bounds; 0 where it has none.</summary>
    public int MaximumThreads => (int)new GridExtent(Kernel.MaximumThreads.X, Kernel.MaximumThreads.Y, Kernel.MaximumThreads.Z).Count;

    /// <summary>A launch as limits and counters see it.</summary>
    public LaunchDescription Describe(GridExtent grid, GridExtent block, int dynamicShared, bool cooperative) => new(
        Kernel.Name, grid, block, Kernel.StaticSharedBytes + dynamicShared, Kernel.LocalBytes, Kernel.ParameterBytes, cooperative,
        RegistersPerThread: 0, Kernel.Source);
}
