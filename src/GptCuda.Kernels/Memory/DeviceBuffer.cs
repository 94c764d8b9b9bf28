using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native.Driver;

namespace GptCuda.Kernels.Memory;

/// <summary>An allocation in a GPU's memory, freed when disposed of. Its bytes are undefined until written.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed unsafe class DeviceBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly CudaContext _context;
    private readonly CUdeviceptr _pointer;
    private readonly long _held;
    private bool _disposed;

    /// <summary>Allocates.</summary>
    /// <param name="context">Where.</param>
    /// <param name="length">Elements, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or its bytes overflow.</exception>
    /// <exception cref="CudaOutOfMemoryException">There is not so much memory; the message says asked, free and total.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public DeviceBuffer(CudaContext context, long length)
    {
        ArgumentNullException.ThrowIfNull(context);
        long bytes = ByteCount.Of<T>(length);
        context.Enter();
        CUdeviceptr pointer;
        CUresult result = context.Cu.cuMemAlloc_v2(&pointer, (nuint)bytes);
        if (result != CUresult.CUDA_SUCCESS)
            throw context.AllocationFailure(
                result, nameof(context.Cu.cuMemAlloc_v2), $"allocating {length} elements of {sizeof(T)} bytes", bytes);
        _context = context;
        _pointer = pointer;
        Length = length;
        _held = LeakRegistry.Add("DeviceBuffer", $"{bytes} bytes");
    }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>The whole of it; valid until the buffer is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed of.</exception>
    public DeviceSpan<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new DeviceSpan<T>(_pointer, Length);
        }
    }

    /// <summary>Frees the memory; the driver first waits for work that may use it.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Release(_context.Cu.cuMemFree_v2, _pointer, _held);
    }
}
