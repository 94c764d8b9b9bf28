namespace GptCuda.Kernels.Native.Blas;

/// <summary>What products are accumulated in.</summary>
internal enum cublasComputeType_t : uint
{
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
}
