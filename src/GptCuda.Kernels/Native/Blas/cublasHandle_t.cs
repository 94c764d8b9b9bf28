namespace GptCuda.Kernels.Native.Blas;

/// <summary>A cuBLAS library context.</summary>
internal readonly record struct cublasHandle_t(nint Value);
