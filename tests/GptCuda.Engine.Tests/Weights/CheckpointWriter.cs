using System.Buffers.Binary;
using System.Text;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>
/// Writes a TensorFlow checkpoint as tensor_bundle and LevelDB's table builder do, with a checksum computed bit by bit, and leaves
/// room for writing it wrongly.
/// </summary>
internal sealed class CheckpointWriter(int shards = 1)
{
    private readonly List<MemoryStream> _data = [.. Enumerable.Range(0, shards).Select(_ => new MemoryStream())];

    /// <summary>Keys, one character a byte, and values of the table; sorted when it is written.</summary>
    public Dictionary<string, byte[]> Entries { get; } = new() { [""] = [0x08, (byte)shards, 0x1A, 0x02, 0x08, 0x01] };

    /// <summary>Bytes of entries after which a new data block begins.</summary>
    public int BlockSize { get; init; } = 400;

    public void Add(string name, SmallTensor tensor)
    {
        int shard = Entries.Count % _data.Count;
        long[] shape = name.EndsWith("/w", StringComparison.Ordinal) ? [1, .. tensor.Shape] : tensor.Shape;
        int type = tensor.Type switch { "F32" => 1, "BF16" => 14, "F16" => 19, _ => 3 };
        Entries[name] = Entry(type, shape, shard, _data[shard].Length, tensor.Bytes.Length, Mask(Checksum(tensor.Bytes)));
        _data[shard].Write(tensor.Bytes);
    }

    public byte[] Data(int shard) => _data[shard].ToArray();

    public static byte[] Entry(int type, long[] shape, long shard, long offset, long size, uint checksum, byte[]? more = null)
    {
        byte[] dimensions = [.. shape.SelectMany(extent => Field(2, [0x08, .. Varint((ulong)extent)]))];
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, checksum);
        return
        [
            0x08, .. Varint((ulong)type), .. Field(2, dimensions), 0x18, .. Varint((ulong)shard), 0x20, .. Varint((ulong)offset),
            0x28, .. Varint((ulong)size), 0x35, .. crc, .. more ?? [],
        ];
    }

    /// <summary>The table.</summary>
    public byte[] Index()
    {
        MemoryStream table = new();
        List<(byte[] Key, byte[] Value)> blocks = [], pending = [];
        foreach ((byte[] key, byte[] value) in Entries.Select(entry => (Encoding.Latin1.GetBytes(entry.Key), entry.Value)).OrderBy(
            entry => Convert.ToHexString(entry.Item1), StringComparer.Ordinal))
        {
            pending.Add((key, value));
            if (pending.Sum(entry => entry.Key.Length + entry.Value.Length) > BlockSize)
                Flush();
        }

        if (pending.Count > 0)
            Flush();
        byte[] metaindex = WriteBlock(table, []);
        byte[] index = WriteBlock(table, blocks);
        byte[] footer = new byte[48];
        metaindex.CopyTo(footer, 0);
        index.CopyTo(footer, metaindex.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(40), 0xDB4775248B80FB57);
        table.Write(footer);
        return table.ToArray();

        void Flush()
        {
            blocks.Add((pending[^1].Key, WriteBlock(table, pending)));
            pending.Clear();
        }
    }

    /// <summary>Writes a block with its trailer and gives the handle: its offset and its length.</summary>
    public static byte[] WriteBlock(MemoryStream table, List<(byte[] Key, byte[] Value)> entries)
    {
        const int RestartInterval = 16;
        List<byte> block = [], restarts = [];
        byte[] last = [];
        for (int i = 0; i < entries.Count; i++)
        {
            (byte[] key, byte[] value) = entries[i];
            if (i % RestartInterval == 0)
            {
                restarts.AddRange(BitConverter.GetBytes(block.Count));
                last = [];
            }

            int shared = last.AsSpan().CommonPrefixLength(key);
            block.AddRange([
                .. Varint((ulong)shared), .. Varint((ulong)(key.Length - shared)), .. Varint((ulong)value.Length), .. key[shared..],
                .. value,
            ]);
            last = key;
        }

        if (entries.Count == 0)
            restarts.AddRange(BitConverter.GetBytes(0));
        block.AddRange([.. restarts, .. BitConverter.GetBytes(restarts.Count / 4)]);
        return WriteRawBlock(table, [.. block], compression: 0);
    }

    /// <summary>Writes the bytes of a block with a trailer that fits, and gives the handle.</summary>
    public static byte[] WriteRawBlock(MemoryStream table, byte[] block, byte compression)
    {
        byte[] handle = [.. Varint((ulong)table.Length), .. Varint((ulong)block.Length)];
        table.Write([.. block, compression, .. BitConverter.GetBytes(Mask(Checksum([.. block, compression])))]);
        return handle;
    }

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>CRC-32C by its definition: the reflected polynomial 0x82F63B78, a bit at a time.</summary>
    public static uint Checksum(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (crc % 2 * 0x82F63B78);
        }

        return ~crc;
    }

    public static uint Mask(uint crc) => ((crc >> 15) | (crc << 17)) + 0xA282EAD8;

    private static byte[] Field(int number, byte[] bytes) => [(byte)((number << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];
}
