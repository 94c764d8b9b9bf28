namespace GptCuda.Kernels.Blas;

/// <summary>Element type of a matrix in a product.</summary>
public enum GemmType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,
}
