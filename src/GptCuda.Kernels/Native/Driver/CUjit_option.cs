namespace GptCuda.Kernels.Native.Driver;

/// <summary>Options for loading an image.</summary>
internal enum CUjit_option : uint
{
    CU_JIT_ERROR_LOG_BUFFER = 5,
    CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
}
