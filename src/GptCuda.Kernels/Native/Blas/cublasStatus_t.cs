namespace GptCuda.Kernels.Native.Blas;

/// <summary>What a cuBLAS function returned; the codes that are told apart.</summary>
internal enum cublasStatus_t : uint
{
    CUBLAS_STATUS_SUCCESS = 0,
    CUBLAS_STATUS_NOT_INITIALIZED = 1,
    CUBLAS_STATUS_ALLOC_FAILED = 3,
}
