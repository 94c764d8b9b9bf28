using System.Diagnostics;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Memory;

/// <summary>
/// Uploads what is larger than it is wise to pin, such as the weights in a memory-mapped file, through a ring of pinned
/// buffers: while the GPU copies one, the host reads into the next.
/// </summary>
/// <remarks>Used by one thread at a time. Copies are in the order of the stream; the source may go once a call has returned.</remarks>
public sealed unsafe class UploadRing : IDisposable
{
    private readonly CudaStream _stream;
    private readonly PinnedBuffer<byte>[] _buffers;
    private readonly CudaEvent[] _copied;
    private readonly bool[] _inFlight;
    private int _next;

    /// <summary>Allocates the ring.</summary>
    /// <param name="stream">The stream that copies.</param>
    /// <param name="buffers">Pinned buffers, at least 2.</param>
    /// <param name="bufferBytes">Bytes of each, a multiple of 256; 8 MiB keep a PCIe 5 link busy while costing little to pin.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 buffers, or a size that is not a positive multiple of 256.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public UploadRing(CudaStream stream, int buffers = 4, int bufferBytes = 8 << 20)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(buffers, 2);
        if (bufferBytes <= 0 || bufferBytes % 256 != 0)
            throw new ArgumentOutOfRangeException(nameof(bufferBytes), $"{bufferBytes} is not a positive multiple of 256.");
        _stream = stream;
        _buffers = new PinnedBuffer<byte>[buffers];
        _copied = new CudaEvent[buffers];
        _inFlight = new bool[buffers];
        try
        {
            for (int i = 0; i < buffers; i++)
            {
                _buffers[i] = new PinnedBuffer<byte>(stream.Context, bufferBytes);
                _copied[i] = new CudaEvent(stream.Context);
            }
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>Uploads elements as a reader gives them, in order, a buffer's worth at a time.</summary>
    /// <param name="destination">Where they go; its length is how many are read.</param>
    /// <param name="read">Gives them; may convert.</param>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Upload<T>(DeviceSpan<T> destination, ChunkReader<T> read)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(read);
        Debug.Assert(sizeof(T) <= _buffers[0].Length, "An element fits a buffer.");
        for (long first = 0; first < destination.Length;)
        {
            PinnedBuffer<byte> buffer = _buffers[_next];
            // Waiting here, and not for the copy just issued, is what lets reading and copying overlap.
            if (_inFlight[_next]) _copied[_next].Synchronize();
            int count = (int)Math.Min(buffer.Length / sizeof(T), destination.Length - first);
            var chunk = new Span<T>(buffer.Pointer, count);
            read(first, chunk);
            _stream.CopyPinned((T*)buffer.Pointer, destination.Slice(first, count));
            _copied[_next].Record(_stream);
            _inFlight[_next] = true;
            _next = (_next + 1) % _buffers.Length;
            first += count;
        }
    }

    /// <summary>Uploads elements that lie at an address, such as those of a memory-mapped file.</summary>
    /// <param name="source">At least as many as the destination has.</param>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Upload<T>(T* source, DeviceSpan<T> destination)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        Upload(destination, (first, chunk) => new ReadOnlySpan<T>(source + first, chunk.Length).CopyTo(chunk));
    }

    /// <summary>Waits until everything is copied.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void Synchronize()
    {
        for (int i = 0; i < _inFlight.Length; i++)
        {
            if (_inFlight[i]) _copied[i].Synchronize();
            _inFlight[i] = false;
        }
    }

    /// <summary>Waits for the copies and frees the buffers.</summary>
    public void Dispose()
    {
        try
        {
            // Freeing what the GPU still reads would be worse than waiting; a lost context reads nothing.
            if (_stream.Context.Fault is null) Synchronize();
        }
        catch (CudaException)
        {
            // The context remembers why and says so at the next call.
        }
        finally
        {
            Free();
        }
    }

    private void Free()
    {
        foreach (PinnedBuffer<byte>? buffer in _buffers) buffer?.Dispose();
        foreach (CudaEvent? copied in _copied) copied?.Dispose();
    }
}
