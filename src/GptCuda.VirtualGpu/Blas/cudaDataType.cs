namespace GptCuda.VirtualGpu.Blas;

/// <summary>Element types of operands; those that are played.</summary>
internal enum cudaDataType : uint
{
    CUDA_R_32F = 0,
    CUDA_R_16F = 2,
    CUDA_R_16BF = 14,
}
