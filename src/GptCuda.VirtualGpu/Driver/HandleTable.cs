using System.Collections.Concurrent;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>Opaque handles of one kind. A value never names two objects, so a stale handle is told apart from a live one.</summary>
internal sealed class HandleTable<T>(string kind) where T : class
{
    // Far below any mapped address: a client that looks behind a handle stops at once.
    private const nint First = 0x1000;
    private const nint Step = 0x10;
    private static nint s_next = First;
    private readonly ConcurrentDictionary<nint, T> _objects = new();

    public ICollection<T> All => _objects.Values;

    public nint Add(T item)
    {
        nint handle = Interlocked.Add(ref s_next, Step);
        _objects[handle] = item;
        return handle;
    }

    /// <summary>The object behind a live handle.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_INVALID_HANDLE.</exception>
    public T Get(nint handle) => _objects.TryGetValue(handle, out T? item)
        ? item
        : throw new DriverException(CUresult.CUDA_ERROR_INVALID_HANDLE, $"0x{handle:x} is no live {kind}.");

    public bool TryGet(nint handle, out T? item) => _objects.TryGetValue(handle, out item);

    public T Remove(nint handle) => _objects.TryRemove(handle, out T? item)
        ? item
        : throw new DriverException(CUresult.CUDA_ERROR_INVALID_HANDLE, $"0x{handle:x} is no live {kind}.");
}
