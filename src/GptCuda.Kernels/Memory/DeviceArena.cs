using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Memory;

/// <summary>
/// One allocation from which many tensors are cut, all freed together: one call to the driver, sizes known beforehand. In the
/// separate mode every tensor is an allocation of its own, so that a device that checks accesses sees one that runs over its
/// end, and what is said to be dead is filled with NaN.
/// </summary>
public sealed class DeviceArena : IDisposable
{
    /// <summary>Every tensor begins at a multiple of this many bytes, as cuMemAlloc's do.</summary>
    public const int Alignment = 256;

    private readonly CudaContext _context;
    private readonly DeviceBuffer<byte>? _whole;
    private readonly List<DeviceBuffer<byte>> _parts = [];
    private bool _disposed;

    /// <summary>Allocates an arena.</summary>
    /// <param name="context">Where.</param>
    /// <param name="capacity">Bytes; the sum of <see cref="Occupied"/> over the tensors to come.</param>
    /// <param name="separate">Whether each tensor is its own allocation; null takes GPTCUDA_SEPARATE_BUFFERS=1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive.</exception>
    /// <exception cref="CudaOutOfMemoryException">There is not so much memory.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public DeviceArena(CudaContext context, long capacity, bool? separate = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ByteCount.Of<byte>(capacity);
        _context = context;
        Capacity = capacity;
        IsSeparate = separate ?? Environment.GetEnvironmentVariable("GPTCUDA_SEPARATE_BUFFERS") == "1";
        if (!IsSeparate) _whole = new DeviceBuffer<byte>(context, capacity);
    }

    /// <summary>Bytes that it has.</summary>
    public long Capacity { get; }

    /// <summary>Bytes taken so far, alignment included; the same in both modes.</summary>
    public long Used { get; private set; }

    /// <summary>Whether every tensor is an allocation of its own.</summary>
    public bool IsSeparate { get; }

    /// <summary>The bytes that a tensor takes of an arena.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or its bytes overflow.</exception>
    public static long Occupied<T>(long length)
        where T : unmanaged => ByteCount.RoundUp(ByteCount.Of<T>(length), Alignment);

    /// <summary>Takes room for a tensor, undefined until written, valid until the arena is disposed of.</summary>
    /// <param name="length">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or its bytes overflow.</exception>
    /// <exception cref="InvalidOperationException">The arena has not so much left.</exception>
    /// <exception cref="CudaOutOfMemoryException">In the separate mode: there is not so much memory.</exception>
    public unsafe DeviceSpan<T> Take<T>(long length)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long bytes = ByteCount.Of<T>(length), occupied = ByteCount.RoundUp(bytes, Alignment);
        // The last tensor may end with the capacity, wherever that is.
        if (bytes > Capacity - Used)
        {
            throw new InvalidOperationException(
                $"An arena of {Capacity:N0} bytes has {Capacity - Used:N0} left; {length} elements of {sizeof(T)} bytes need {bytes:N0}.");
        }
        DeviceSpan<byte> span;
        if (_whole is not null)
        {
            span = _whole.Span.Slice(Used, bytes);
        }
        else
        {
            var part = new DeviceBuffer<byte>(_context, bytes);
            _parts.Add(part);
            span = part.Span;
        }
        Used = Math.Min(Capacity, Used + occupied);
        return span.As<T>();
    }

    /// <summary>
    /// Says that the contents of a tensor will not be read before they are written again. In the separate mode it is filled
    /// with 0xFF, which is NaN as f32, f16 and bf16, so that whatever does read it shows; else nothing happens.
    /// </summary>
    public void MarkDead<T>(DeviceSpan<T> span, CudaStream stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (IsSeparate) stream.FillBytes(span, 0xFF);
    }

    /// <summary>Frees everything taken.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _whole?.Dispose();
        foreach (DeviceBuffer<byte> part in _parts) part.Dispose();
    }
}
