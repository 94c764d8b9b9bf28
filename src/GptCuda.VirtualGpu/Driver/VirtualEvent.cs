namespace GptCuda.VirtualGpu.Driver;

/// <summary>A mark in a stream.</summary>
internal sealed class VirtualEvent(VirtualContext context, uint flags)
{
    private const uint DisableTiming = 2;

    public VirtualContext Context { get; } = context;

    public bool HasTiming => (flags & DisableTiming) == 0;

    /// <summary>The work after which the event has happened; null before it was recorded.</summary>
    public WorkItem? Recorded { get; private set; }

    /// <summary>The capture that it was last recorded in, and the nodes that it stands behind.</summary>
    public (StreamCapture Capture, IReadOnlyList<GraphNode> Nodes)? Captured { get; private set; }

    /// <summary>Moves the mark behind a piece of work.</summary>
    public void Record(WorkItem work) => (Recorded, Captured) = (work, null);

    /// <summary>Moves the mark behind what a capture has recorded.</summary>
    public void Record(StreamCapture capture, IReadOnlyList<GraphNode> nodes) => (Recorded, Captured) = (null, (capture, nodes));
}
