namespace GptCuda.Kernels.Native.Blas;

/// <summary>Whether an operand is transposed.</summary>
internal enum cublasOperation_t : uint
{
    CUBLAS_OP_N = 0,
    CUBLAS_OP_T = 1,
}
