namespace GptCuda.VirtualGpu.Driver;

/// <summary>A capture: what is handed to its streams becomes nodes of a graph instead of being done.</summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class StreamCapture
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Dictionary<VirtualStream, List<GraphNode>> _last = [];

    /// <summary>Begins a capture on a stream.</summary>
    public StreamCapture(VirtualStream origin, CaptureMode mode, ulong id)
    {
        (Origin, Mode, Id) = (origin, mode, id);
        _last[origin] = [];
        origin.Capture = this;
        origin.Context.Captures.Add(this);
    }

    public VirtualStream Origin { get; }

    public CaptureMode Mode { get; }

    public ulong Id { get; }

    public VirtualGraph Graph { get; } = new();

    /// <summary>Whether a call that a capture forbids was made while it was under way; its end then fails.</summary>
    public bool IsInvalidated { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>Whether a stream takes part that is ordered with the legacy default stream.</summary>
    public bool HasBlockingStream => _last.Keys.Any(stream => stream.IsBlocking);

    /// <summary>Whether an unsafe call of the calling thread breaks the capture.</summary>
    /// <param name="calling">The calling thread's own mode, which cuThreadExchangeStreamCaptureMode sets.</param>
    public bool Forbids(CaptureMode calling) => calling switch
    {
        CaptureMode.Relaxed => false,
        CaptureMode.ThreadLocal => IsOwn && Mode != CaptureMode.Relaxed,
        _ => Mode == CaptureMode.Global || (IsOwn && Mode != CaptureMode.Relaxed),
    };

    /// <summary>Whether the calling thread may end it.</summary>
    public bool MayEnd => Mode == CaptureMode.Relaxed || IsOwn;

    private bool IsOwn => Environment.CurrentManagedThreadId == _thread;

    public void Invalidate() => IsInvalidated = true;

    /// <summary>The nodes that a stream's next one will depend on.</summary>
    public IReadOnlyList<GraphNode> Last(VirtualStream stream) => _last[stream];

    /// <summary>Adds a node behind what the stream has recorded.</summary>
    public void Record(VirtualStream stream, IOperation operation)
    {
        RequireValid();
        _last[stream] = [Graph.Add(operation, _last[stream])];
    }

    /// <summary>Makes a stream wait for recorded nodes; a stream outside takes part from then on.</summary>
    public void Join(VirtualStream stream, IEnumerable<GraphNode> nodes)
    {
        RequireValid();
        if (stream.Capture is null)
        {
            stream.Capture = this;
            _last[stream] = [];
        }
        _last[stream] = [.. _last[stream].Union(nodes)];
    }

    /// <exception cref="DriverException">CUDA_ERROR_STREAM_CAPTURE_INVALIDATED.</exception>
    public void RequireValid()
    {
        if (IsInvalidated)
            throw new DriverException(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was invalidated by an earlier call.");
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
        HasEnded = true;
        foreach (VirtualStream stream in _last.Keys)
            stream.Capture = null;
        Origin.Context.Captures.Remove(this);
    }
}
