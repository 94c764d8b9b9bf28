using System.Buffers.Binary;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>
/// Reads the LevelDB-style table that a TensorFlow checkpoint's <c>.index</c> file is: data blocks, a metaindex block, an index
/// block with the place of each data block, and a footer with the places of the last two.
/// </summary>
internal static class CheckpointTable
{
    private const int FooterLength = 48;
    private const ulong Magic = 0xDB4775248B80FB57;

    /// <summary>Receives an entry; both spans are valid during the call only.</summary>
    public delegate void Entry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Gives every entry of the table to <paramref name="entry"/> in the order of the keys, which is strictly ascending.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="table">The file's content.</param>
    /// <param name="entry">Called once an entry.</param>
    /// <exception cref="InvalidDataException">The bytes are not such a table, or a checksum differs.</exception>
    public static void ReadAll(string file, ReadOnlySpan<byte> table, Entry entry)
    {
        if (table.Length < FooterLength)
            throw new InvalidDataException($"{file}: expected at least {FooterLength} bytes, found {table.Length}");
        ReadOnlySpan<byte> footer = table[^FooterLength..];
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(footer[^sizeof(ulong)..]);
        if (magic != Magic)
            throw new InvalidDataException($"{file}: expected {Magic:x16} in the last bytes of a checkpoint's index, found {magic:x16}");
        ReadOnlySpan<byte> handles = footer[..^sizeof(ulong)];
        int end = table.Length - FooterLength;
        (int metaOffset, int metaLength) = ReadHandle(file, ref handles, 0, end);
        (int indexOffset, int indexLength) = ReadHandle(file, ref handles, 0, end);
        // TensorFlow writes nothing into the metaindex; it is opened for its checksum.
        _ = new TableBlock(file, table, metaOffset, metaLength);

        // The empty key comes first of all, so there is none before it.
        byte[]? last = null;
        int read = 0;
        TableBlock index = new(file, table, indexOffset, indexLength);
        while (index.Next())
        {
            // Blocks follow one another; if they could repeat, a small file could ask for endless work.
            ReadOnlySpan<byte> handle = index.Value;
            (int offset, int length) = ReadHandle(file, ref handle, read, end);
            read = offset + length + TableBlock.TrailerLength;
            TableBlock block = new(file, table, offset, length);
            while (block.Next())
            {
                if (last is not null && block.Key.SequenceCompareTo(last) <= 0)
                    throw new InvalidDataException($"{file}: block at byte {offset}: expected keys in ascending order without repetition");
                entry(block.Key, block.Value);
                last = block.Key.ToArray();
            }
        }
    }

    /// <summary>Takes a block's place from the front of <paramref name="bytes"/>.</summary>
    private static (int Offset, int Length) ReadHandle(string file, ref ReadOnlySpan<byte> bytes, int from, int to)
    {
        if (!Varint.TryRead(ref bytes, out ulong offset) || !Varint.TryRead(ref bytes, out ulong length))
            throw new InvalidDataException($"{file}: the place of a block is cut off");
        if (offset < (ulong)from || offset > (ulong)to || length > (ulong)to - offset
            || (ulong)to - offset - length < TableBlock.TrailerLength)
            throw new InvalidDataException($"{file}: expected a block within bytes {from} to {to}, found {length} bytes at {offset}");
        return ((int)offset, (int)length);
    }
}
