namespace GptCuda.Kernels.Native.Nvrtc;

/// <summary>What an NVRTC function returned; the codes that are told apart.</summary>
internal enum nvrtcResult : uint
{
    NVRTC_SUCCESS = 0,
    NVRTC_ERROR_COMPILATION = 6,
}
