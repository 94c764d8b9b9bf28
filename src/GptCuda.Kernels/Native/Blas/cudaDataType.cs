namespace GptCuda.Kernels.Native.Blas;

/// <summary>Element type of an operand.</summary>
internal enum cudaDataType : uint
{
    CUDA_R_32F = 0,
    CUDA_R_16F = 2,
    CUDA_R_16BF = 14,
}
