namespace GptCuda.VirtualGpu.Driver;

/// <summary>What the driver keeps for each thread of the program.</summary>
internal static class CallingThread
{
    [ThreadStatic]
    private static Stack<VirtualContext>? _contexts;

    [ThreadStatic]
    private static CaptureMode _captureMode;

    /// <summary>The calling thread's stack of contexts.</summary>
    public static Stack<VirtualContext> Contexts => _contexts ??= new Stack<VirtualContext>();

    /// <summary>How the calling thread's calls meet captures; Global to begin with.</summary>
    public static CaptureMode CaptureMode
    {
        get => _captureMode;
        set => _captureMode = value;
    }
}
