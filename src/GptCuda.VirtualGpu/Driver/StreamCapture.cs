namespace GptCuda.VirtualGpu.Driver;

/// <summary>A capture: what is handed to its streams becomes nodes of a graph instead of being done.</summary>
internal sealed class StreamCapture(VirtualStream origin, CaptureMode mode, ulong id)
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Dictionary<VirtualStream, List<GraphNode>> _last = new() { [origin] = [] };

    public VirtualStream Origin { get; } = origin;

    public CaptureMode Mode { get; } = mode;

    public ulong Id { get; } = id;

    public VirtualGraph Graph { get; } = new();

    public bool IsInvalidated { get; set; }

    /// <summary>Streams that take part.</summary>
    public IEnumerable<VirtualStream> Streams => _last.Keys;

    /// <summary>Whether an unsafe call of a thread breaks the capture.</summary>
    public bool Forbids(int thread) => Mode == CaptureMode.Global || (Mode == CaptureMode.ThreadLocal && thread == _thread);

    /// <summary>Whether only the thread that began may end it.</summary>
    public bool MayEndOn(int thread) => Mode == CaptureMode.Relaxed || thread == _thread;

    /// <summary>The nodes that a stream's next one will depend on.</summary>
    public IReadOnlyList<GraphNode> Last(VirtualStream stream) => _last[stream];

    /// <summary>Adds a node behind what the stream has recorded.</summary>
    public void Record(VirtualStream stream, IOperation operation)
    {
        if (IsInvalidated)
            throw new DriverException(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was invalidated by an earlier call.");
        _last[stream] = [Graph.Add(operation, _last[stream])];
    }

    /// <summary>Makes a stream wait for recorded nodes; a stream outside takes part from then on.</summary>
    public void Join(VirtualStream stream, IEnumerable<GraphNode> nodes)
    {
        if (stream.Capture is null)
        {
            stream.Capture = this;
            _last[stream] = [];
        }
        _last[stream] = [.. _last[stream].Union(nodes)];
    }

    /// <summary>Whether everything that other streams recorded comes before what the origin ends with.</summary>
    public bool IsJoined()
    {
        HashSet<GraphNode> reached = [];
        Stack<GraphNode> pending = new(_last[Origin]);
        while (pending.TryPop(out GraphNode? node))
        {
            if (!reached.Add(node))
                continue;
            foreach (GraphNode dependency in node.Dependencies)
                pending.Push(dependency);
        }
        return _last.Values.All(nodes => nodes.TrueForAll(reached.Contains));
    }

    /// <summary>Lets go of the streams.</summary>
    public void End()
    {
        foreach (VirtualStream stream in _last.Keys)
            stream.Capture = null;
        Origin.Context.Captures.Remove(this);
    }
}
