using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights;

/// <summary>A tensor and where its bytes lie, row-major and little-endian, in a mapped file.</summary>
internal sealed class StoredTensor(WeightTensor tensor, MappedFile file, long offset)
{
    /// <summary>Name, stored type and shape.</summary>
    public WeightTensor Tensor { get; } = tensor;

    /// <summary>The file that holds it; owned by the source.</summary>
    public MappedFile File { get; } = file;

    /// <summary>Its first byte in <see cref="File"/>; any alignment.</summary>
    public long Offset { get; } = offset;

    /// <summary>Bytes of one element.</summary>
    public int ElementSize { get; } = ElementConversion.SizeOf(tensor.StoredType);

    /// <summary>Bytes in all.</summary>
    public long ByteCount => Tensor.ElementCount * ElementSize;

    /// <summary>Whether another tensor of the same shape holds the same values, bit for bit where both are stored alike.</summary>
    public bool HasEqualValues(StoredTensor other)
    {
        const int ChunkLength = 1 << 16;
        float[]? values = null, otherValues = null;
        for (long first = 0; first < Tensor.ElementCount; first += ChunkLength)
        {
            int count = (int)Math.Min(ChunkLength, Tensor.ElementCount - first);
            ReadOnlySpan<byte> bytes = File.Bytes(Offset + first * ElementSize, count * ElementSize);
            ReadOnlySpan<byte> otherBytes = other.File.Bytes(other.Offset + first * other.ElementSize, count * other.ElementSize);
            bool equal;
            if (Tensor.StoredType == other.Tensor.StoredType)
            {
                equal = bytes.SequenceEqual(otherBytes);
            }
            else
            {
                Span<float> left = (values ??= new float[ChunkLength]).AsSpan(0, count);
                Span<float> right = (otherValues ??= new float[ChunkLength]).AsSpan(0, count);
                ElementConversion.ToSingle(bytes, Tensor.StoredType, left);
                ElementConversion.ToSingle(otherBytes, other.Tensor.StoredType, right);
                equal = left.SequenceEqual(right);
            }

            File.Release(Offset + first * ElementSize, count * ElementSize);
            other.File.Release(other.Offset + first * other.ElementSize, count * other.ElementSize);
            if (!equal)
                return false;
        }

        return true;
    }
}
