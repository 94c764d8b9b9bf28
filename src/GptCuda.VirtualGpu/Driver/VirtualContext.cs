using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A context: its streams, its captures, and the fault, if any, that has ended it.</summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class VirtualContext
{
    private readonly List<VirtualStream> _streams = [];
    private readonly Dictionary<int, VirtualStream> _perThread = [];
    private readonly List<WorkItem?> _before = [];
    private readonly List<PinnedSource> _pinned = [];

    public VirtualContext(VirtualDriver driver, uint flags, bool isPrimary)
    {
        Driver = driver;
        Flags = flags;
        IsPrimary = isPrimary;
        Limits = new ContextLimits();
        Legacy = new VirtualStream(this, flags: 0, priority: 0);
    }

    public VirtualDriver Driver { get; }

    public uint Flags { get; set; }

    public bool IsPrimary { get; }

    public nint Handle { get; set; }

    public bool IsDestroyed { get; private set; }

    public ContextLimits Limits { get; }

    /// <summary>The legacy default stream, ordered with every stream that is not created as non-blocking.</summary>
    public VirtualStream Legacy { get; }

    /// <summary>Captures under way.</summary>
    public List<StreamCapture> Captures { get; } = [];

    /// <summary>The code that every call gives after a fault, until the context is destroyed.</summary>
    public CUresult? Fault { get; private set; }

    /// <summary>The calling thread's own default stream.</summary>
    public VirtualStream PerThread
    {
        get
        {
            int thread = Environment.CurrentManagedThreadId;
            if (!_perThread.TryGetValue(thread, out VirtualStream? stream))
                _perThread[thread] = stream = AddStream(flags: 0, priority: 0);
            return stream;
        }
    }

    public VirtualStream AddStream(uint flags, int priority)
    {
        VirtualStream stream = new(this, flags, priority);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Gives up a stream. Its work stays in line, and whoever waits for the context waits for that.</summary>
    public void RemoveStream(VirtualStream stream)
    {
        stream.IsDestroyed = true;
        _streams.RemoveAll(other => other is { IsDestroyed: true, Tail: null or { IsDone: true } });
    }

    /// <summary>Gives a faulted context's code.</summary>
    /// <exception cref="DriverException">The context is faulted.</exception>
    public void ThrowIfFaulted()
    {
        if (Fault is { } fault)
            throw new DriverException(fault, "an earlier fault ended the context.");
    }

    /// <summary>Runs an operation; a fault ends the context, and standard error says why, once.</summary>
    public void Execute(IOperation operation)
    {
        // Pinned memory that copies in line will read may be written by work before them, but by nobody else.
        List<PinnedSource>? written = _pinned.Count == 0 ? null : _pinned.FindAll(operation.MayWrite);
        written?.ForEach(source => source.Check());
        try
        {
            operation.Execute(Driver, null);
            written?.ForEach(source => source.Accept());
            if (operation is CopyOperation { Pinned: { } read })
                _pinned.Remove(read);
        }
        catch (VirtualFault fault)
        {
            Fault = (CUresult)fault.ErrorCode;
            Console.Error.WriteLine($"virtual GPU: {fault.Message}");
        }
        catch
        {
            // What is left of the device's state is not known: no later call may seem to succeed.
            Fault = CUDA_ERROR_UNKNOWN;
            throw;
        }
    }

    /// <summary>Refuses a call that is unsafe for a capture: one that allocates, frees, or waits for work outside of it.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED; the capture is then invalid.</exception>
    public void RefuseWhileCapturing(string function)
    {
        foreach (StreamCapture capture in Captures)
        {
            if (!capture.Forbids(CallingThread.CaptureMode))
                continue;
            capture.Invalidate();
            throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{function} while a stream is being captured.");
        }
    }

    /// <summary>Refuses a call that waits for the whole context, which no captured work can satisfy, whatever the capture's mode.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED; the capture is then invalid.</exception>
    public void RefuseWhileAnyCapture(string function)
    {
        if (Captures is not [var capture, ..])
            return;
        capture.Invalidate();
        throw new DriverException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{function} while a stream is being captured.");
    }

    /// <summary>Refuses to touch the legacy stream while a stream that it is ordered with is captured.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_STREAM_CAPTURE_IMPLICIT; the capture is then invalid.</exception>
    public void RefuseImplicitOrder(VirtualStream stream)
    {
        if (stream != Legacy || Captures.Find(capture => capture.HasBlockingStream) is not { } capture)
            return;
        capture.Invalidate();
        throw new DriverException(
            CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "the legacy default stream is ordered with a stream that is being captured.");
    }

    /// <summary>Hands work to a stream: records it where the stream is captured, else puts it in line.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="operation">The work.</param>
    /// <param name="after">Other work that comes before it, or null.</param>
    /// <returns>The work, or null where it was recorded.</returns>
    public WorkItem? Submit(VirtualStream stream, IOperation operation, WorkItem? after = null)
    {
        if (stream.Capture is { } capture)
        {
            capture.Record(stream, operation);
            return null;
        }
        RefuseImplicitOrder(stream);
        _before.Clear();
        _before.Add(stream.Tail);
        _before.Add(after);
        if (stream != Legacy && stream.IsBlocking)
            _before.Add(Legacy.Tail);
        if (stream == Legacy)
        {
            foreach (VirtualStream other in _streams)
                _before.Add(other.IsBlocking ? other.Tail : null);
        }
        WorkItem item = new(this, operation, CollectionsMarshal.AsSpan(_before));
        stream.Tail = item;
        if (operation is CopyOperation { Pinned: { } source })
            _pinned.Add(source);
        if (Driver.Schedule == Schedule.Eager)
            item.Complete();
        return item;
    }

    /// <summary>Does all work of all streams.</summary>
    public void Drain()
    {
        foreach (VirtualStream stream in _streams)
            stream.Drain();
        Legacy.Drain();
        _streams.RemoveAll(stream => stream.IsDestroyed);
    }

    /// <summary>Ends the context; work in line is done first, as the real driver does.</summary>
    public void Destroy()
    {
        while (Captures is [.., var capture])
            capture.End();
        Drain();
        IsDestroyed = true;
    }
}
