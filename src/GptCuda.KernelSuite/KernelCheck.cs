using GptCuda.Kernels.Compilation;

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

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
