namespace GptCuda.VirtualGpu.Driver;

/// <summary>Options of cuModuleLoadDataEx that are heeded, and the end of their numbers; the others are about ptxas.</summary>
internal enum CUjit_option
{
    CU_JIT_INFO_LOG_BUFFER = 3,
    CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES = 4,
    CU_JIT_ERROR_LOG_BUFFER = 5,
    CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
    CU_JIT_NUM_OPTIONS = 35,
}
