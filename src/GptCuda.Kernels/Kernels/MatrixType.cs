namespace GptCuda.Kernels.Kernels;

/// <summary>How a weight matrix is held on the device; the numbers are kernels/device.cuh's WEIGHT_ macros.</summary>
public enum MatrixType
{
    /// <summary>32-bit floats; caches and activations are f32 too.</summary>
    F32,

    /// <summary>bfloat16, from compute capability 8.0 on; caches and activations are bf16 too.</summary>
    BF16,

    /// <summary>IEEE half precision; caches and activations are f16 too.</summary>
    F16,

    /// <summary>Signed bytes with one f32 scale a row; caches and activations are f16.</summary>
    Int8,
}
