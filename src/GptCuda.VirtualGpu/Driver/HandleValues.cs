namespace GptCuda.VirtualGpu.Driver;

/// <summary>Values of handles, of all kinds and all machines of the process.</summary>
internal static class HandleValues
{
    // Above the special values that CUDA gives to streams, and far below any mapped address: a client that looks behind a handle
    // stops at once.
    private const long First = 0x1000;
    private const long Step = 0x10;
    private static long _last = First;

    /// <summary>A value that was never given out.</summary>
    public static nint Next() => (nint)Interlocked.Add(ref _last, Step);
}
