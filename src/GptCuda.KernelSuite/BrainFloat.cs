using GptCuda.Kernels.Devices;

namespace GptCuda.KernelSuite;

/// <summary>Which GPUs have bf16 arithmetic.</summary>
public static class BrainFloat
{
    private static readonly ComputeCapability Ampere = new(8, 0);

    /// <summary>Whether a GPU has it.</summary>
    public static bool IsOn(ComputeCapability device) => device >= Ampere;

    /// <summary>Why a check of it is not run.</summary>
    public static string Missing(ComputeCapability device) => $"compute capability {device} has no bf16 arithmetic";
}
