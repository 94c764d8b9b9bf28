namespace GptCuda.VirtualGpu.Blas;

/// <summary>What products are computed in; those that are played.</summary>
internal enum cublasComputeType_t : uint
{
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_PEDANTIC = 69,
    CUBLAS_COMPUTE_32F_FAST_16F = 74,
    CUBLAS_COMPUTE_32F_FAST_16BF = 75,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
}
