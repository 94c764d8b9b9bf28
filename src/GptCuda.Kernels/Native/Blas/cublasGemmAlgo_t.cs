namespace GptCuda.Kernels.Native.Blas;

/// <summary>Which algorithm; from cuBLAS 11 on the default is the heuristic.</summary>
internal enum cublasGemmAlgo_t : int
{
    CUBLAS_GEMM_DEFAULT = -1,
}
