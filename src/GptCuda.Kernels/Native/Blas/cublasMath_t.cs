namespace GptCuda.Kernels.Native.Blas;

/// <summary>How exact a product must be.</summary>
[Flags]
internal enum cublasMath_t : uint
{
    CUBLAS_DEFAULT_MATH = 0,
    CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION = 16,
}
