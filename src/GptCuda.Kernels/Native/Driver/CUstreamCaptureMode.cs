namespace GptCuda.Kernels.Native.Driver;

/// <summary>Whose unsafe calls invalidate a capture.</summary>
internal enum CUstreamCaptureMode : uint
{
    CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1,
}
