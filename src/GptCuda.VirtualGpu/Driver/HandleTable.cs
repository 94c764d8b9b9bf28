namespace GptCuda.VirtualGpu.Driver;

/// <summary>
/// Opaque handles of one kind. A value never names two objects, of this kind or another, so a stale handle is told apart.
/// </summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class HandleTable<T>(string kind)
    where T : class
{
    private readonly Dictionary<nint, T> _objects = [];

    /// <summary>The live objects, in no order.</summary>
    public IReadOnlyCollection<T> All => _objects.Values;

    /// <summary>Gives an object its handle.</summary>
    public nint Add(T item)
    {
        nint handle = HandleValues.Next();
        _objects.Add(handle, item);
        return handle;
    }

    /// <summary>The object behind a live handle.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_INVALID_HANDLE.</exception>
    public T Get(nint handle) => _objects.GetValueOrDefault(handle) ?? throw Unknown(handle);

    /// <summary>The object behind a live handle, or null.</summary>
    public T? Find(nint handle) => _objects.GetValueOrDefault(handle);

    /// <summary>Ends a live handle and gives its object.</summary>
    /// <exception cref="DriverException">CUDA_ERROR_INVALID_HANDLE.</exception>
    public T Remove(nint handle) => _objects.Remove(handle, out T? item) ? item : throw Unknown(handle);

    /// <summary>Ends the handles of all objects of which something holds, and gives the objects.</summary>
    public IReadOnlyList<T> RemoveAll(Func<T, bool> condition)
    {
        KeyValuePair<nint, T>[] removed = [.. _objects.Where(entry => condition(entry.Value))];
        foreach ((nint handle, _) in removed)
            _objects.Remove(handle);
        return [.. removed.Select(entry => entry.Value)];
    }

    private DriverException Unknown(nint handle) =>
        new(CUresult.CUDA_ERROR_INVALID_HANDLE, handle == 0 ? $"the {kind} handle is null." : $"0x{handle:x} is no live {kind}.");
}
