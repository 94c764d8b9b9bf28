using System.Diagnostics.CodeAnalysis;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Streams;

/// <summary>
/// A queue of work for a GPU, done in order. It does not wait for the legacy default stream, nor that for it.
/// </summary>
/// <remarks>
/// Used by one thread at a time. <see cref="Upload"/> and <see cref="Download"/> wait until they are done; everything else only
/// queues, and its failure may be reported by a later call.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "Stream is CUDA's word for it.")]
public sealed unsafe class CudaStream : IDisposable
{
    private const uint NonBlocking = 1;

    private readonly LaunchLog _log;
    private readonly long _held;
    private bool _disposed;

    /// <summary>Makes a stream.</summary>
    /// <param name="context">Whose.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="CudaException">The driver failed.</exception>
    public CudaStream(CudaContext context, string name = "main")
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Enter();
        CUstream stream;
        context.Check(context.Cu.cuStreamCreate(&stream, NonBlocking), nameof(LibCuda.cuStreamCreate), $"making stream {name}");
        Context = context;
        Name = name;
        Handle = stream;
        _log = context.AddLaunchLog();
        _held = LeakRegistry.Add(nameof(CudaStream), name);
    }

    /// <summary>The context that it belongs to.</summary>
    public CudaContext Context { get; }

    /// <summary>Its name in messages.</summary>
    public string Name { get; }

    /// <summary>Whether work is being recorded into a graph instead of done.</summary>
    public bool IsCapturing => Capture is not null;

    /// <summary>The stream as a driver handle (CUstream, cudaStream_t).</summary>
    internal CUstream Handle { get; }

    internal CaptureScope? Capture { get; set; }

    /// <summary>Whether all work queued so far is done.</summary>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">Something in the stream failed.</exception>
    public bool IsIdle()
    {
        RefuseInCapture("asked whether it is idle");
        CUresult result = Context.Cu.cuStreamQuery(Handle);
        if (result == CUresult.CUDA_ERROR_NOT_READY) return false;
        Context.Check(result, nameof(LibCuda.cuStreamQuery), $"asking whether stream {Name} is idle");
        _log.Clear();
        return true;
    }

    /// <summary>Waits until all work queued so far is done.</summary>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">Something in the stream failed; the message names the launches since the last wait.</exception>
    public void Synchronize()
    {
        RefuseInCapture("waited for");
        Context.Check(Context.Cu.cuStreamSynchronize(Handle), nameof(LibCuda.cuStreamSynchronize), $"waiting for stream {Name}");
        _log.Clear();
    }

    /// <summary>Makes work queued from now on wait for an event recorded in another stream.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void WaitFor(CudaEvent awaited)
    {
        ArgumentNullException.ThrowIfNull(awaited);
        Enter();
        Context.Check(
            Context.Cu.cuStreamWaitEvent(Handle, awaited.Handle, 0),
            nameof(LibCuda.cuStreamWaitEvent),
            $"making stream {Name} wait for an event");
    }

    /// <summary>Copies from ordinary host memory and waits: the source may be changed once this returns.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Upload<T>(ReadOnlySpan<T> source, DeviceSpan<T> destination)
        where T : unmanaged
    {
        RequireEqual<T>(source.Length, destination.Length);
        RefuseInCapture("waited for");
        if (source.IsEmpty) return;
        // Without the wait a GPU that reads pageable memory itself could read it after it was unpinned, and moved.
        fixed (T* pointer = source)
        {
            CopyPinned(pointer, destination);
            Synchronize();
        }
    }

    /// <summary>Copies to ordinary host memory and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="InvalidOperationException">The stream is being captured.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Download<T>(DeviceSpan<T> source, Span<T> destination)
        where T : unmanaged
    {
        RequireEqual<T>(source.Length, destination.Length);
        RefuseInCapture("waited for");
        if (destination.IsEmpty) return;
        fixed (T* pointer = destination)
        {
            CopyToHost(source, pointer);
            Synchronize();
        }
    }

    /// <summary>Queues a copy from pinned memory, which must not be written until the stream has passed it.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="first">Its first element to copy.</param>
    /// <param name="destination">Where to; its length is copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie in the source.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Copy<T>(PinnedBuffer<T> source, int first, DeviceSpan<T> destination)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireInside(source, first, destination.Length);
        CopyPinned(source.Pointer + first, destination);
    }

    /// <summary>Queues a copy to pinned memory, which must not be read until the stream has passed it.</summary>
    /// <param name="source">Where from; its length is copied.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="first">The first element there that is written.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie in the destination.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Copy<T>(DeviceSpan<T> source, PinnedBuffer<T> destination, int first)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequireInside(destination, first, source.Length);
        CopyToHost(source, destination.Pointer + first);
    }

    /// <summary>Queues a copy on the device. The ranges must not overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Copy<T>(DeviceSpan<T> source, DeviceSpan<T> destination)
        where T : unmanaged
    {
        RequireEqual<T>(source.Length, destination.Length);
        Enter();
        if (source.Length == 0) return;
        Context.Check(
            Context.Cu.cuMemcpyDtoDAsync_v2(destination.Pointer, source.Pointer, (nuint)source.ByteLength, Handle),
            nameof(LibCuda.cuMemcpyDtoDAsync_v2),
            $"copying {source.ByteLength} bytes on the device");
    }

    /// <summary>Queues the filling of a range with one byte.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void FillBytes<T>(DeviceSpan<T> destination, byte value)
        where T : unmanaged
    {
        Enter();
        if (destination.Length == 0) return;
        Context.Check(
            Context.Cu.cuMemsetD8Async(destination.Pointer, value, (nuint)destination.ByteLength, Handle),
            nameof(LibCuda.cuMemsetD8Async),
            $"filling {destination.ByteLength} bytes");
    }

    /// <summary>Queues the filling of a range with one value of four bytes.</summary>
    /// <exception cref="NotSupportedException">The element type has not four bytes.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Fill<T>(DeviceSpan<T> destination, T value)
        where T : unmanaged
    {
        if (sizeof(T) != 4) throw new NotSupportedException($"Only elements of 4 bytes are filled; {typeof(T).Name} has {sizeof(T)}.");
        Enter();
        if (destination.Length == 0) return;
        Context.Check(
            Context.Cu.cuMemsetD32Async(destination.Pointer, *(uint*)&value, (nuint)destination.Length, Handle),
            nameof(LibCuda.cuMemsetD32Async),
            $"filling {destination.Length} elements");
    }

    /// <summary>
    /// Records what this thread queues from now on into a graph, until the scope ends. Other threads may go on using the
    /// driver; this one must not wait or allocate meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">The stream is being captured already.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public CaptureScope BeginCapture()
    {
        RefuseInCapture("captured again");
        return new CaptureScope(this);
    }

    /// <summary>Frees the stream; work in it is still done.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Capture?.Dispose();
        Context.RemoveLaunchLog(_log);
        Context.Release(Context.Cu.cuStreamDestroy_v2, Handle, _held);
    }

    /// <summary>Makes the context current and refuses a stream that was disposed of.</summary>
    internal void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Context.Enter();
    }

    /// <summary>Notes a launch that the driver took; waits for it where every launch is waited for.</summary>
    internal void Launched(string name, in Dim3 grid, in Dim3 block)
    {
        if (Capture is { } capture)
        {
            capture.Add(name);
            return;
        }
        _log.Add(name, grid, block);
        if (Context.WaitsAfterEachLaunch) Synchronize();
    }

    /// <summary>Queues a copy from host memory that stays where it is until the stream has passed.</summary>
    internal void CopyPinned<T>(T* source, DeviceSpan<T> destination)
        where T : unmanaged
    {
        Enter();
        if (destination.Length == 0) return;
        Context.Check(
            Context.Cu.cuMemcpyHtoDAsync_v2(destination.Pointer, source, (nuint)destination.ByteLength, Handle),
            nameof(LibCuda.cuMemcpyHtoDAsync_v2),
            $"copying {destination.ByteLength} bytes to the device");
    }

    private void CopyToHost<T>(DeviceSpan<T> source, T* destination)
        where T : unmanaged
    {
        Enter();
        if (source.Length == 0) return;
        Context.Check(
            Context.Cu.cuMemcpyDtoHAsync_v2(destination, source.Pointer, (nuint)source.ByteLength, Handle),
            nameof(LibCuda.cuMemcpyDtoHAsync_v2),
            $"copying {source.ByteLength} bytes from the device");
    }

    private void RefuseInCapture(string what)
    {
        Enter();
        if (IsCapturing) throw new InvalidOperationException($"Stream {Name} cannot be {what} while it is being captured.");
    }

    private static void RequireEqual<T>(long source, long destination)
    {
        if (source != destination)
            throw new ArgumentException(
                $"{source} elements of {typeof(T).Name} cannot be copied to {destination}: the lengths must be equal.");
    }

    private static void RequireInside<T>(PinnedBuffer<T> buffer, int first, long length)
        where T : unmanaged
    {
        if (first < 0 || first > buffer.Length - length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(first), $"Elements {first} to {first + length} do not lie in a pinned buffer of {buffer.Length} elements.");
        }
    }
}
