using System.Globalization;
using GptCuda.Kernels.Compilation;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Kernels;

namespace GptCuda.KernelSuite;

/// <summary>One kernel at one size and type.</summary>
/// <param name="Name">Kernel, type and sizes.</param>
/// <param name="Variants">The files that it needs, so that all can be compiled ahead and at once.</param>
/// <param name="Run">Launches the kernel and compares; throws <see cref="KernelCheckException"/> where it is wrong.</param>
public sealed record KernelCheck(string Name, IReadOnlyList<KernelVariant> Variants, Action<SuiteDevice> Run)
{
    /// <summary>Whether another check is much like it; left out where time is short.</summary>
    public bool IsVariation { get; init; }

    /// <summary>Device memory without which it cannot run; 0 where it is little.</summary>
    public long DeviceBytes { get; init; }

    /// <summary>Why it cannot run on a GPU; null where it can.</summary>
    public string? Obstacle(CudaDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        string brain = ((int)MatrixType.BF16).ToString(CultureInfo.InvariantCulture);
        if (!BrainFloat.IsOn(device.ComputeCapability)
            && Variants.Any(variant => variant.Defines.GetValueOrDefault("WEIGHT") == brain))
            return BrainFloat.Missing(device.ComputeCapability);
        if (device.MemoryBytes < DeviceBytes)
        {
            const double Gibi = 1 << 30;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"takes {DeviceBytes / Gibi:N1} GiB of GPU memory, {device.Name} has {device.MemoryBytes / Gibi:N1}");
        }

        return null;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
