namespace GptCuda.VirtualGpu.Blas;

/// <summary>Where alpha and beta are.</summary>
internal enum cublasPointerMode_t : uint
{
    CUBLAS_POINTER_MODE_HOST = 0,
    CUBLAS_POINTER_MODE_DEVICE = 1,
}
