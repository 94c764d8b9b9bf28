using System.Buffers.Binary;
using GptCuda.Engine.Weights.Files;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>
/// Walks one block of a LevelDB-style table: entries whose keys leave out what they share with the key before, then an array of
/// restart points, which serve searching and are not needed here (leveldb/doc/table_format.md, leveldb/table/block_builder.cc).
/// </summary>
internal ref struct TableBlock
{
    /// <summary>Bytes after a block: one for the compression, four for the checksum.</summary>
    public const int TrailerLength = 5;

    /// <summary>A tensor's name is far shorter; without a limit, few bytes of prefix compression could stand for many of keys.</summary>
    private const int LongestKey = 1024;

    private readonly string _file;
    private readonly long _offset;
    private readonly byte[] _key = new byte[LongestKey];
    private int _keyLength;
    private ReadOnlySpan<byte> _rest;

    /// <param name="file">The file's name, for messages.</param>
    /// <param name="table">The table's bytes.</param>
    /// <param name="offset">Where the block begins.</param>
    /// <param name="length">Its length without its trailer, which lies within <paramref name="table"/> as well.</param>
    /// <exception cref="InvalidDataException">The checksum differs, the block is compressed, or too short.</exception>
    public TableBlock(string file, ReadOnlySpan<byte> table, int offset, int length)
    {
        _file = file;
        _offset = offset;
        ReadOnlySpan<byte> block = table.Slice(offset, length);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(table.Slice(offset + length + 1, sizeof(uint)));
        uint found = Crc32C.Mask(Crc32C.Append(Crc32C.Initial, table.Slice(offset, length + 1)));
        if (found != expected)
            throw Invalid($"expected checksum {expected:x8}, found {found:x8}");
        byte compression = table[offset + length];
        if (compression != 0)
            throw Invalid($"expected no compression (0), found type {compression}{(compression == 1 ? ", snappy" : "")}");
        uint restarts = length < sizeof(uint) ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(block[^sizeof(uint)..]);
        if (restarts > (length - sizeof(uint)) / sizeof(uint))
            throw Invalid($"expected restart points within {length} bytes, found {restarts}");
        _rest = block[..(length - sizeof(uint) * (1 + (int)restarts))];
    }

    /// <summary>The key of the entry that <see cref="Next"/> moved to; it changes with the next call.</summary>
    public readonly ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyLength);

    /// <summary>The value of the entry that <see cref="Next"/> moved to.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Moves to the next entry; false after the last.</summary>
    /// <exception cref="InvalidDataException">The entry reaches out of the block, or its key is too long.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong shared = ReadVarint(), unshared = ReadVarint(), valueLength = ReadVarint();
        if (shared > (ulong)_keyLength || unshared > LongestKey - shared)
            throw Invalid(
                $"expected a key of at most {LongestKey} bytes, found {shared} shared with one of {_keyLength} and {unshared} more");
        if (unshared > (ulong)_rest.Length || valueLength > (ulong)_rest.Length - unshared)
            throw Invalid($"expected {_rest.Length} bytes for a key and a value, found {unshared} and {valueLength}");
        _rest[..(int)unshared].CopyTo(_key.AsSpan((int)shared));
        _keyLength = (int)(shared + unshared);
        Value = _rest.Slice((int)unshared, (int)valueLength);
        _rest = _rest[(int)(unshared + valueLength)..];
        return true;
    }

    private ulong ReadVarint() => Varint.TryRead(ref _rest, out ulong value) ? value : throw Invalid("an entry's lengths are cut off");

    private readonly InvalidDataException Invalid(string what) => new($"{_file}: block at byte {_offset}: {what}");
}
