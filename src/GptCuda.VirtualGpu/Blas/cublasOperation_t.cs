namespace GptCuda.VirtualGpu.Blas;

/// <summary>How an operand is read.</summary>
internal enum cublasOperation_t : uint
{
    CUBLAS_OP_N = 0,
    CUBLAS_OP_T = 1,
    CUBLAS_OP_C = 2,
}
