using GptCuda.Kernels.Devices;

namespace GptCuda.Kernels.Compilation;

/// <summary>What a compiler makes for a GPU: its machine code, or PTX that the driver turns into that.</summary>
/// <param name="Architecture">The architecture compiled for.</param>
/// <param name="IsMachineCode">Whether the result is machine code (SASS in a cubin).</param>
public readonly record struct KernelTarget(ComputeCapability Architecture, bool IsMachineCode)
{
    /// <summary>The oldest architecture that the kernels are written for.</summary>
    public static readonly ComputeCapability Oldest = new(7, 5);

    /// <summary>The compiler's option.</summary>
    public string Option => $"--gpu-architecture={(IsMachineCode ? "sm" : "compute")}_{Architecture.Number}";

    /// <summary>
    /// Chooses: machine code where the compiler knows the device, else PTX for the newest architecture that both know. Machine
    /// code is preferred because no PTX version is then newer than the driver.
    /// </summary>
    /// <param name="device">The device's architecture.</param>
    /// <param name="known">The architectures that the compiler knows, as numbers such as 80.</param>
    /// <exception cref="NotSupportedException">The device is older than the kernels or than everything that the compiler knows.</exception>
    public static KernelTarget For(ComputeCapability device, IReadOnlyList<int> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (device < Oldest)
        {
            throw new NotSupportedException(
                $"The GPU has compute capability {device}; the kernels need {Oldest} (Turing, 2018) or newer.");
        }
        if (known.Contains(device.Number)) return new KernelTarget(device, true);
        int[] older = [.. known.Where(number => number <= device.Number && number >= Oldest.Number)];
        return older.Length > 0
            ? new KernelTarget(ComputeCapability.FromNumber(older.Max()), false)
            : throw new NotSupportedException(
                $"NVRTC does not know the GPU's compute capability {device} nor an older one from {Oldest} on; "
                + $"it knows {string.Join(", ", known)}. Install another version of NVRTC.");
    }
}
