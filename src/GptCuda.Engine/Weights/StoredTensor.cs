using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights;

/// <summary>A tensor and where its bytes lie, row-major and little-endian, in a mapped file.</summary>
/// <param name="tensor">Name, stored type and shape.</param>
/// <param name="file">The file that holds it; owned by the source.</param>
/// <param name="offset">Its first byte in the file; any alignment.</param>
/// <param name="checksum">Masked CRC-32C of its bytes where the layout has one.</param>
internal sealed class StoredTensor(WeightTensor tensor, MappedFile file, long offset, uint? checksum = null)
{
    /// <summary>Bytes looked at between one release of pages and the next: 4 MiB.</summary>
    private const int ChunkLength = 1 << 22;

    private readonly Lock _verifying = new();
    private volatile bool _verified = checksum is null;

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

    /// <summary>
    /// Compares the tensor's checksum with its bytes the first time it is called. The pages are given back on the way, so that no
    /// more than a chunk of the file is resident for it.
    /// </summary>
    /// <remarks>
    /// It is done when a tensor is first read rather than when the file is opened: describing a model of 6 GB stays instant, the
    /// file is read from disk once, and loading in parallel verifies in parallel.
    /// </remarks>
    /// <exception cref="InvalidDataException">The checksum differs.</exception>
    /// <exception cref="IOException">The file is shorter than when it was opened.</exception>
    public void Verify()
    {
        if (_verified)
            return;
        lock (_verifying)
        {
            if (_verified)
                return;
            uint found = Crc32C.Initial;
            for (long done = 0; done < ByteCount; done += ChunkLength)
            {
                int count = (int)Math.Min(ChunkLength, ByteCount - done);
                found = Crc32C.Append(found, File.Bytes(Offset + done, count));
                File.Release(Offset + done, count);
            }

            found = Crc32C.Mask(found);
            if (found != checksum)
                throw new InvalidDataException($"{Tensor.Name}: expected checksum {checksum:x8}, found {found:x8} in {File.Name}");
            _verified = true;
        }
    }

    /// <summary>Whether another tensor of the same shape holds the same values, bit for bit where both are stored alike.</summary>
    public bool HasEqualValues(StoredTensor other)
    {
        const int ComparedLength = 1 << 16;
        float[]? values = null, otherValues = null;
        for (long first = 0; first < Tensor.ElementCount; first += ComparedLength)
        {
            int count = (int)Math.Min(ComparedLength, Tensor.ElementCount - first);
            ReadOnlySpan<byte> bytes = File.Bytes(Offset + first * ElementSize, count * ElementSize);
            ReadOnlySpan<byte> otherBytes = other.File.Bytes(other.Offset + first * other.ElementSize, count * other.ElementSize);
            bool equal;
            if (Tensor.StoredType == other.Tensor.StoredType)
            {
                equal = bytes.SequenceEqual(otherBytes);
            }
            else
            {
                Span<float> left = (values ??= new float[ComparedLength]).AsSpan(0, count);
                Span<float> right = (otherValues ??= new float[ComparedLength]).AsSpan(0, count);
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
