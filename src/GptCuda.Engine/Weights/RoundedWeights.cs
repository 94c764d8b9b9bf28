using System.Collections.Concurrent;

namespace GptCuda.Engine.Weights;

/// <summary>
/// The weights of another source as they are after conversion to a type: what a model of that type computes with, for running the
/// reference on the same numbers.
/// </summary>
/// <remarks>
/// Tensors of two dimensions are rounded, as <see cref="WeightRounding"/> defines it; an int8 weight reads as the f32 nearest to
/// q * s. The source stays its maker's. Reading is thread-safe.
/// </remarks>
public sealed class RoundedWeights : IWeightSource
{
    private const int ChunkLength = 1 << 18;

    private readonly IWeightSource _source;
    private readonly ElementType _type;
    private readonly ConcurrentDictionary<string, float[]> _scales = new(StringComparer.Ordinal);

    /// <param name="source">The weights to round; not disposed here.</param>
    /// <param name="type">The type to round to; with <see cref="ElementType.F32"/> nothing changes.</param>
    public RoundedWeights(IWeightSource source, ElementType type)
    {
        _source = source;
        _type = type;
        Tensors = [.. source.Tensors.Select(tensor => tensor with { StoredType = ElementType.F32 })];
    }

    /// <inheritdoc/>
    public GptConfiguration Configuration => _source.Configuration;

    /// <inheritdoc/>
    public string Location => $"{_source.Location} as {_type}";

    /// <inheritdoc/>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _source.Notes;

    /// <inheritdoc/>
    public void Read(string name, long first, Span<float> destination)
    {
        _source.Read(name, first, destination);
        WeightTensor? tensor = Tensors.FirstOrDefault(tensor => tensor.Name == name);
        if (tensor is not { Shape: [_, long columns] })
            return;

        switch (_type)
        {
            case ElementType.BF16:
                foreach (ref float value in destination)
                    value = BitConverter.Int32BitsToSingle(WeightRounding.ToBFloat16(value) << 16);
                break;
            case ElementType.F16:
                foreach (ref float value in destination)
                    value = (float)BitConverter.UInt16BitsToHalf(WeightRounding.ToHalf(value));
                break;
            case ElementType.Int8:
                float[] scales = _scales.GetOrAdd(name, _ => Int8Scales(tensor));
                bool rows = WeightRounding.OutputsAreRows(name);
                for (int i = 0; i < destination.Length; i++)
                {
                    float scale = scales[rows ? (first + i) / columns : (first + i) % columns];
                    destination[i] = WeightRounding.ToInt8(destination[i], scale) * scale;
                }

                break;
        }
    }

    /// <summary>Always false: the values are not those of a file.</summary>
    public unsafe bool TryMap(string name, out byte* bytes)
    {
        bytes = null;
        return false;
    }

    /// <inheritdoc/>
    public void Release(string name, long first, long count) => _source.Release(name, first, count);

    /// <summary>Does nothing.</summary>
    public void Dispose()
    {
    }

    private float[] Int8Scales(WeightTensor tensor)
    {
        long columns = tensor.Shape[1];
        bool rows = WeightRounding.OutputsAreRows(tensor.Name);
        var scales = new float[rows ? tensor.Shape[0] : columns];
        var chunk = new float[Math.Min(ChunkLength, tensor.ElementCount)];
        for (long first = 0; first < tensor.ElementCount; first += chunk.Length)
        {
            Span<float> values = chunk.AsSpan(0, (int)Math.Min(chunk.Length, tensor.ElementCount - first));
            _source.Read(tensor.Name, first, values);
            for (int i = 0; i < values.Length; i++)
            {
                ref float largest = ref scales[rows ? (first + i) / columns : (first + i) % columns];
                largest = WeightRounding.Largest(largest, values[i]);
            }
        }

        foreach (ref float scale in scales.AsSpan())
            scale = WeightRounding.Int8Scale(scale);
        return scales;
    }
}
