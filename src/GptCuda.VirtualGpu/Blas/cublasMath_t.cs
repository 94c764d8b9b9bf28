namespace GptCuda.VirtualGpu.Blas;

/// <summary>How exact products must be: a mode, and a flag.</summary>
[Flags]
internal enum cublasMath_t : uint
{
    CUBLAS_DEFAULT_MATH = 0,
    CUBLAS_TENSOR_OP_MATH = 1,
    CUBLAS_PEDANTIC_MATH = 2,
    CUBLAS_TF32_TENSOR_OP_MATH = 3,
    CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION = 16,
}
