using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Errors;

/// <summary>The codes after which a context can do nothing more.</summary>
internal static class StickyErrors
{
    /// <summary>
    /// Whether a code is one of the faults of which cuda.h says that they leave the process in an inconsistent state, a failure
    /// of the hardware, or a context that is gone.
    /// </summary>
    public static bool Contains(CUresult result) => result is CUresult.CUDA_ERROR_ECC_UNCORRECTABLE
        or CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE
        or CUresult.CUDA_ERROR_CONTAINED
        or CUresult.CUDA_ERROR_ILLEGAL_ADDRESS
        or CUresult.CUDA_ERROR_LAUNCH_TIMEOUT
        or CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED
        or CUresult.CUDA_ERROR_ASSERT
        or CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR
        or CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION
        or CUresult.CUDA_ERROR_MISALIGNED_ADDRESS
        or CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE
        or CUresult.CUDA_ERROR_INVALID_PC
        or CUresult.CUDA_ERROR_LAUNCH_FAILED
        or CUresult.CUDA_ERROR_TENSOR_MEMORY_LEAK
        or CUresult.CUDA_ERROR_EXTERNAL_DEVICE;
}
