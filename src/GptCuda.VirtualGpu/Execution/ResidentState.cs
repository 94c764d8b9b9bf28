namespace GptCuda.VirtualGpu.Execution;

/// <summary>What a resident block is doing.</summary>
internal enum ResidentState
{
    /// <summary>It may run: it has not begun, or has yielded.</summary>
    Ready,
    /// <summary>A host thread runs it.</summary>
    Running,
    /// <summary>It waits for its turn.</summary>
    Waiting,
    /// <summary>It has ended.</summary>
    Finished,
}
