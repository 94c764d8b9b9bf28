using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights;

/// <summary>Weights in memory-mapped files, whatever layout named them.</summary>
/// <remarks>Owns the files. Reading and releasing are thread-safe; disposing while another thread reads is not.</remarks>
internal sealed class MappedWeightSource : IWeightSource
{
    /// <summary>Elements converted at a time: 4 MiB of f32, so that a destination of any length fits the spans in between.</summary>
    private const int ChunkLength = 1 << 20;

    private readonly Dictionary<string, StoredTensor> _tensors;
    private readonly IReadOnlyList<MappedFile> _files;

    /// <param name="location">The directory, for messages.</param>
    /// <param name="configuration">The model's shape.</param>
    /// <param name="tensors">What the configuration calls for, in the catalog's order.</param>
    /// <param name="files">The files that hold the tensors; owned from here on.</param>
    /// <param name="notes">What the user should know of.</param>
    public MappedWeightSource(
        string location,
        GptConfiguration configuration,
        IReadOnlyList<StoredTensor> tensors,
        IReadOnlyList<MappedFile> files,
        IReadOnlyList<string> notes)
    {
        Location = location;
        Configuration = configuration;
        Tensors = [.. tensors.Select(tensor => tensor.Tensor)];
        Notes = notes;
        _tensors = tensors.ToDictionary(tensor => tensor.Tensor.Name, StringComparer.Ordinal);
        _files = files;
    }

    /// <inheritdoc/>
    public GptConfiguration Configuration { get; }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public void Read(string name, long first, Span<float> destination)
    {
        StoredTensor stored = Find(name);
        stored.Tensor.CheckRange(first, destination.Length);
        stored.Verify();
        while (!destination.IsEmpty)
        {
            int count = Math.Min(destination.Length, ChunkLength);
            ReadOnlySpan<byte> bytes = stored.File.Bytes(stored.Offset + first * stored.ElementSize, count * stored.ElementSize);
            ElementConversion.ToSingle(bytes, stored.Tensor.StoredType, destination[..count]);
            destination = destination[count..];
            first += count;
        }
    }

    /// <inheritdoc/>
    public unsafe bool TryMap(string name, out byte* bytes)
    {
        StoredTensor stored = Find(name);
        stored.Verify();
        bytes = stored.File.Address(stored.Offset, stored.ByteCount);
        return true;
    }

    /// <inheritdoc/>
    public void Release(string name, long first, long count)
    {
        StoredTensor stored = Find(name);
        stored.Tensor.CheckRange(first, count);
        stored.File.Release(stored.Offset + first * stored.ElementSize, count * stored.ElementSize);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MappedFile file in _files)
            file.Dispose();
    }

    private StoredTensor Find(string name) => _tensors.TryGetValue(name, out StoredTensor? stored)
        ? stored
        : throw new KeyNotFoundException($"{Location} has no tensor {name}");
}
