namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>A call that the compiler refuses; becomes its status code at the boundary, and the program's log where there is one.</summary>
internal sealed class NvrtcException(nvrtcResult result, string message) : Exception(message)
{
    /// <summary>The status code.</summary>
    public nvrtcResult Result { get; } = result;
}
