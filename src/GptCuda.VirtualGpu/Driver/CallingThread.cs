namespace GptCuda.VirtualGpu.Driver;

/// <summary>What the driver keeps for each thread of the program.</summary>
internal static class CallingThread
{
    [ThreadStatic]
    private static Stack<VirtualContext>? t_contexts;

    [ThreadStatic]
    private static CaptureMode t_captureMode;

    /// <summary>The calling thread's stack of contexts.</summary>
    public static Stack<VirtualContext> Contexts => t_contexts ??= new Stack<VirtualContext>();

    /// <summary>How the calling thread's calls meet captures; Global to begin with.</summary>
    public static CaptureMode CaptureMode
    {
        get => t_captureMode;
        set => t_captureMode = value;
    }
}
