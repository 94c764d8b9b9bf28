using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Memory;

/// <summary>
/// Host memory that the GPU copies from and to by itself, while the host goes on. Until the stream has passed such a copy, the
/// bytes must not be written (host to device) or read (device to host).
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed unsafe class PinnedBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly CudaContext _context;
    private readonly void* _pointer;
    private readonly long _held;
    private bool _disposed;

    /// <summary>Allocates pinned memory.</summary>
    /// <param name="context">The context whose GPU uses it.</param>
    /// <param name="length">Elements, at least 1 and at most <see cref="int.MaxValue"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    /// <exception cref="CudaOutOfMemoryException">The host cannot pin so much.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public PinnedBuffer(CudaContext context, int length)
    {
        ArgumentNullException.ThrowIfNull(context);
        long bytes = ByteCount.Of<T>(length);
        context.Enter();
        void* pointer;
        CUresult result = context.Cu.cuMemHostAlloc(&pointer, (nuint)bytes, 0);
        if (result != CUresult.CUDA_SUCCESS)
            throw context.AllocationFailure(result, nameof(context.Cu.cuMemHostAlloc), $"pinning {bytes} bytes of host memory", bytes);
        _context = context;
        _pointer = pointer;
        Length = length;
        _held = LeakRegistry.Add("PinnedBuffer", $"{bytes} bytes");
    }

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>The whole of it.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed of.</exception>
    public Span<T> Span => new(Pointer, Length);

    internal T* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (T*)_pointer;
        }
    }

    /// <summary>Frees the memory. Copies that use it must have been waited for.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Release((delegate* unmanaged<nint, CUresult>)_context.Cu.cuMemFreeHost, (nint)_pointer, _held);
    }
}
