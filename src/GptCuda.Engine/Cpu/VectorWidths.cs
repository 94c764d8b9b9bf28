using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GptCuda.Engine.Cpu;

/// <summary>Which vector widths this processor has.</summary>
internal static class VectorWidths
{
    /// <summary>
    /// The widest that it has with fused multiply-adds. Without those a vector would be taken apart for each of them, and single
    /// numbers are faster.
    /// </summary>
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated && (Fma.IsSupported || AdvSimd.IsSupported) ? VectorWidth.Bits128
        : VectorWidth.Scalar;
}
