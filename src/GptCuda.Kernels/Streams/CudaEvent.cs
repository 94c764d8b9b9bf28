using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Streams;

/// <summary>A mark in a stream that can be waited for, and, where it was made for timing, measured from.</summary>
public sealed unsafe class CudaEvent : IDisposable
{
    private const uint BlockingSync = 1;
    private const uint DisableTiming = 2;

    private readonly CudaContext _context;
    private readonly CUevent _handle;
    private readonly bool _timing;
    private readonly long _held;
    private bool _disposed;

    /// <summary>Makes an event.</summary>
    /// <param name="context">Whose.</param>
    /// <param name="timing">Whether its time is kept, which costs a little on the device.</param>
    /// <exception cref="CudaException">The driver failed.</exception>
    public CudaEvent(CudaContext context, bool timing = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Enter();
        CUevent handle;
        // A thread that waits sleeps: the CPU has better to do, reading the next weights for example.
        uint flags = timing ? BlockingSync : BlockingSync | DisableTiming;
        context.Check(context.Cu.cuEventCreate(&handle, flags), nameof(LibCuda.cuEventCreate), "making an event");
        _context = context;
        _handle = handle;
        _timing = timing;
        _held = LeakRegistry.Add(nameof(CudaEvent), timing ? "for timing" : "without timing");
    }

    internal CUevent Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _handle;
        }
    }

    /// <summary>Queues the mark.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Record(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Enter();
        _context.Check(
            _context.Cu.cuEventRecord(Handle, stream.Handle), nameof(LibCuda.cuEventRecord), $"recording an event in stream {stream.Name}");
    }

    /// <summary>Whether the stream has passed the mark; true where none was recorded.</summary>
    /// <exception cref="CudaException">Something before it failed.</exception>
    public bool IsDone()
    {
        _context.Enter();
        CUresult result = _context.Cu.cuEventQuery(Handle);
        if (result == CUresult.CUDA_ERROR_NOT_READY) return false;
        _context.Check(result, nameof(LibCuda.cuEventQuery), "asking whether an event is done");
        return true;
    }

    /// <summary>Waits until the stream has passed the mark.</summary>
    /// <exception cref="CudaException">Something before it failed.</exception>
    public void Synchronize()
    {
        _context.Enter();
        _context.Check(_context.Cu.cuEventSynchronize(Handle), nameof(LibCuda.cuEventSynchronize), "waiting for an event");
    }

    /// <summary>Milliseconds on the device from an earlier event to this one; both must be done. Resolution is about 0.5 us.</summary>
    /// <exception cref="InvalidOperationException">One of them was not made for timing.</exception>
    /// <exception cref="CudaException">One of them is not done.</exception>
    public float MillisecondsSince(CudaEvent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (!_timing || !start._timing)
            throw new InvalidOperationException("Only events that were made for timing can be measured between.");
        _context.Enter();
        float milliseconds;
        _context.Check(
            _context.Cu.cuEventElapsedTime(&milliseconds, start.Handle, Handle),
            nameof(LibCuda.cuEventElapsedTime),
            "measuring between two events");
        return milliseconds;
    }

    /// <summary>Frees the event.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Release(_context.Cu.cuEventDestroy_v2, _handle, _held);
    }
}
