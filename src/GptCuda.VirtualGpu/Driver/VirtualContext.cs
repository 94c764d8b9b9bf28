using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A context: its streams, what it owns, and the fault, if any, that has ended it.</summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class VirtualContext
{
    private readonly List<VirtualStream> _streams = [];

    public VirtualContext(VirtualDriver driver, uint flags, bool isPrimary)
    {
        Driver = driver;
        Flags = flags;
        IsPrimary = isPrimary;
        Legacy = new VirtualStream(this, StreamKind.Legacy, 0, 0);
    }

    public VirtualDriver Driver { get; }

    public uint Flags { get; set; }

    public bool IsPrimary { get; }

    public nint Handle { get; set; }

    public bool IsDestroyed { get; private set; }

    /// <summary>The legacy default stream, ordered with every stream that is not created as non-blocking.</summary>
    public VirtualStream Legacy { get; }

    /// <summary>Default streams by thread, for CU_STREAM_PER_THREAD.</summary>
    public Dictionary<int, VirtualStream> PerThread { get; } = [];

    /// <summary>All streams but the legacy one.</summary>
    public IReadOnlyList<VirtualStream> Streams => _streams;

    /// <summary>Captures under way.</summary>
    public List<StreamCapture> Captures { get; } = [];

    /// <summary>The fault after which every call fails with its code, until the context is destroyed.</summary>
    public VirtualFault? Fault { get; private set; }

    /// <summary>Adds a stream.</summary>
    public VirtualStream AddStream(StreamKind kind, uint flags, int priority)
    {
        VirtualStream stream = new(this, kind, flags, priority);
        _streams.Add(stream);
        return stream;
    }

    public void RemoveStream(VirtualStream stream) => _streams.Remove(stream);

    /// <summary>Ends the context: says why, once.</summary>
    public void Poison(VirtualFault fault)
    {
        if (Fault is not null)
            return;
        Fault = fault;
        Console.Error.WriteLine($"virtual GPU: {fault.Message}");
    }

    /// <summary>Refuses a call that waits for the device, or allocates, while a capture that forbids it is under way.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED; the capture is then invalid.</exception>
    public void RefuseWhileCapturing(string function)
    {
        foreach (StreamCapture capture in Captures.Where(capture => capture.Forbids(Environment.CurrentManagedThreadId)))
        {
            capture.IsInvalidated = true;
            throw new DriverException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{function} while a stream is being captured.");
        }
    }

    /// <summary>Hands work to a stream: records it where the stream is captured, else puts it in line.</summary>
    /// <returns>The work, or null where it was recorded.</returns>
    public WorkItem? Submit(VirtualStream stream, IOperation operation)
    {
        if (stream.Capture is { } capture)
        {
            capture.Record(stream, operation);
            return null;
        }
        if (stream.IsBlocking && Captures.Find(other => other.Mode != CaptureMode.Relaxed && other.Origin.IsBlocking) is { } disturbed && stream == Legacy)
        {
            disturbed.IsInvalidated = true;
            throw new DriverException(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
                "work on the legacy default stream would have to wait for a stream that is being captured.");
        }
        IEnumerable<WorkItem?> before = stream == Legacy
            ? Streams.Where(other => other.IsBlocking).Select(other => other.Tail).Append(Legacy.Tail)
            : [stream.Tail, stream.IsBlocking ? Legacy.Tail : null];
        WorkItem item = new(this, operation, before);
        stream.Tail = item;
        if (Driver.Schedule == Schedule.Eager)
            item.Complete();
        return item;
    }

    /// <summary>Does all work of a stream.</summary>
    public static void Drain(VirtualStream stream) => stream.Tail?.Complete();

    /// <summary>Does all work of all streams.</summary>
    public void Drain()
    {
        foreach (VirtualStream stream in Streams)
            Drain(stream);
        Drain(Legacy);
    }

    /// <summary>Ends the context; work in line is done first, as the real driver does.</summary>
    public void Destroy()
    {
        Drain();
        IsDestroyed = true;
    }
}
