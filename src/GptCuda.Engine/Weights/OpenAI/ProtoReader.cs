using System.Buffers.Binary;

namespace GptCuda.Engine.Weights.OpenAI;

/// <summary>
/// Walks the fields of a protocol buffers message (https://protobuf.dev/programming-guides/encoding). The three messages of a
/// checkpoint's index have a dozen fields together; a library and a code generator would be more than they are.
/// </summary>
internal ref struct ProtoReader(string what, ReadOnlySpan<byte> message)
{
    private const int VarintType = 0, Fixed64Type = 1, BytesType = 2, Fixed32Type = 5;

    private readonly string _what = what;
    private ReadOnlySpan<byte> _rest = message;
    private int _wireType;

    /// <summary>The number of the field that <see cref="Next"/> moved to.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field, whose value is then to be read or skipped; false at the end of the message.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong tag = ReadVarint();
        if (tag >> 3 is 0 or > 0x1FFFFFFF)
            throw Invalid($"expected a field number from 1 to {0x1FFFFFFF}, found {tag >> 3}");
        Field = (int)(tag >> 3);
        _wireType = (int)(tag & 7);
        return true;
    }

    /// <summary>The integer that stands here: int32, int64 or an enumeration.</summary>
    public long Integer()
    {
        Expect(VarintType);
        return (long)ReadVarint();
    }

    /// <summary>The fixed32 that stands here.</summary>
    public uint Fixed32()
    {
        Expect(Fixed32Type);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
    }

    /// <summary>The message or string that stands here.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(BytesType);
        return Take(ReadVarint());
    }

    /// <summary>Passes over the value that stands here.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case VarintType:
                ReadVarint();
                break;
            case Fixed64Type:
                Take(sizeof(ulong));
                break;
            case BytesType:
                Take(ReadVarint());
                break;
            case Fixed32Type:
                Take(sizeof(uint));
                break;
            default:
                throw Invalid($"field {Field}: expected wire type 0, 1, 2 or 5, found {_wireType}");
        }
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
            throw Invalid($"field {Field}: expected wire type {wireType}, found {_wireType}");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Invalid($"field {Field}: expected at most {_rest.Length} bytes, found {count}");
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint() => Varint.TryRead(ref _rest, out ulong value) ? value : throw Invalid("a number is cut off");

    private readonly InvalidDataException Invalid(string error) => new($"{_what}: {error}");
}
