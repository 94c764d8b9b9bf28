namespace GptCuda.VirtualGpu.Driver;

/// <summary>A mark in a stream.</summary>
internal sealed class VirtualEvent(VirtualContext context, uint flags)
{
    private const uint DisableTiming = 2;

    public VirtualContext Context { get; } = context;

    public bool HasTiming => (flags & DisableTiming) == 0;

    /// <summary>The work after which the event has happened; null before it was recorded.</summary>
    public WorkItem? Recorded { get; set; }

    /// <summary>The capture that it was recorded in, and the nodes that it stands behind.</summary>
    public (StreamCapture Capture, IReadOnlyList<GraphNode> Nodes)? Captured { get; set; }
}
