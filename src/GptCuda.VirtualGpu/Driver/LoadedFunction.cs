using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Profiles;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A kernel of a loaded module, with what cuFuncSetAttribute has set.</summary>
internal sealed class LoadedFunction(LoadedModule module, Kernel kernel)
{
    private byte[]? _name;

    public LoadedModule Module { get; } = module;

    public Kernel Kernel { get; } = kernel;

    /// <summary>Its handle.</summary>
    public nint Handle { get; set; }

    /// <summary>Registers of a thread where the real ptxas was run on this code; else 0, never a guess.</summary>
    public int Registers { get; } =
        RegisterTable.Registers(module.RegisterKey, kernel.Name, module.Context.Driver.Profile.ComputeCapability);

    /// <summary>Dynamic shared bytes that a launch may ask for.</summary>
    public int MaximumDynamicShared { get; set; } = Math.Max(0, DeviceProfile.SharedPerBlock - kernel.StaticSharedBytes);

    /// <summary>The percentage of the SM's memory that should be shared memory, or -1: a hint.</summary>
    public int PreferredCarveout { get; set; } = -1;

    /// <summary>Threads that a block may have by the kernel's own bounds; 0 where it has none.</summary>
    public int MaximumThreads => Kernel.MaximumThreads.X * Kernel.MaximumThreads.Y * Kernel.MaximumThreads.Z;

    /// <summary>The kernel's name with a zero byte behind it, as long as this lives.</summary>
    public nint NameText
    {
        get
        {
            if (_name is null)
            {
                byte[] text = System.Text.Encoding.UTF8.GetBytes(Kernel.Name + "\0");
                _name = GC.AllocateArray<byte>(text.Length, pinned: true);
                text.CopyTo(_name, 0);
            }
            return Marshal.UnsafeAddrOfPinnedArrayElement(_name, 0);
        }
    }

    /// <summary>Why the device refuses a launch; null when it takes it.</summary>
    public VirtualFault? Refuse(LaunchRequest request)
    {
        (int x, int y, int z) = Kernel.RequiredThreads;
        if (x > 0 && request.Block != new GridExtent(x, y, z))
        {
            return new VirtualFault(FaultKind.InvalidLaunch, $"kernel {Kernel.Name}",
                $"a block of {request.Block}; the kernel was compiled for blocks of ({x}, {y}, {z}) only (.reqntid).");
        }
        return LaunchLimits.Check(
            Module.Context.Driver.Profile, Executor.Describe(request), request.DynamicSharedBytes, MaximumDynamicShared, MaximumThreads);
    }
}
