namespace GptCuda.VirtualGpu.Driver;

/// <summary>Which calls a capture forbids while it is under way (CUstreamCaptureMode).</summary>
internal enum CaptureMode
{
    /// <summary>Unsafe calls of any thread.</summary>
    Global = 0,

    /// <summary>Unsafe calls of the thread that captures.</summary>
    ThreadLocal = 1,

    /// <summary>None.</summary>
    Relaxed = 2,
}
