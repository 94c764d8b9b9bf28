using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace GptCuda.Engine.Weights.Files;

/// <summary>
/// Walks a JSON file that may be anything: whatever is wrong with it becomes an <see cref="InvalidDataException"/> with the file,
/// the place and what was found. Nothing is built beyond the names and values that are asked for.
/// </summary>
internal ref struct JsonCursor
{
    private const int MaxDepth = 64;

    private readonly string _file;
    private Utf8JsonReader _reader;

    /// <param name="utf8">The file's content; a byte order mark is passed over.</param>
    /// <param name="file">The file's name, for messages.</param>
    public JsonCursor(ReadOnlySpan<byte> utf8, string file)
    {
        _file = file;
        _reader = new(utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[3..] : utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>Whether the value that stands next is null; it is still to be read or skipped.</summary>
    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>Whether the value that stands next is an array; it is still to be read or skipped.</summary>
    public readonly bool IsArray => _reader.TokenType == JsonTokenType.StartArray;

    /// <summary>Moves to the value that the file consists of.</summary>
    public void Begin() => Advance();

    /// <summary>Enters the object that stands next.</summary>
    public readonly void EnterObject(string what) => Expect(JsonTokenType.StartObject, what, "an object");

    /// <summary>Enters the array that stands next.</summary>
    public readonly void EnterArray(string what) => Expect(JsonTokenType.StartArray, what, "an array");

    /// <summary>Moves to the next property's value; false at the object's end.</summary>
    public bool NextProperty([NotNullWhen(true)] out string? name)
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            name = null;
            return false;
        }

        name = GetString();
        Advance();
        return true;
    }

    /// <summary>Moves to the next element of an array; false at its end.</summary>
    public bool NextElement()
    {
        Advance();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>The integer that stands here.</summary>
    public readonly long Integer(string what)
    {
        Expect(JsonTokenType.Number, what, "an integer");
        return _reader.TryGetInt64(out long value) ? value : throw Unexpected(what, "an integer of 64 bits");
    }

    /// <summary>The number that stands here.</summary>
    public readonly double Number(string what)
    {
        Expect(JsonTokenType.Number, what, "a number");
        return _reader.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Unexpected(what, "a finite number");
    }

    /// <summary>The truth value that stands here.</summary>
    public readonly bool Boolean(string what) => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Unexpected(what, "true or false"),
    };

    /// <summary>The string that stands here.</summary>
    public readonly string String(string what)
    {
        Expect(JsonTokenType.String, what, "a string");
        return GetString();
    }

    /// <summary>Passes over the value that stands here, whatever it contains.</summary>
    public void Skip()
    {
        try
        {
            _reader.Skip();
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    /// <summary>Checks that nothing but white space follows.</summary>
    public void End()
    {
        try
        {
            if (_reader.Read())
                throw Unexpected("the file", "nothing after its one value");
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    /// <summary>The error for a value that is not what it should be.</summary>
    public readonly InvalidDataException Unexpected(string what, string expected) =>
        new($"{_file}: {Printable.Text(what)}: expected {expected}, found {Found()} at byte {_reader.TokenStartIndex}");

    /// <summary>The error for a name that an object has twice.</summary>
    public readonly InvalidDataException Duplicate(string name) =>
        new($"{_file}: {Printable.Text(name)} appears twice, the second time before byte {_reader.TokenStartIndex}");

    private void Advance()
    {
        try
        {
            if (!_reader.Read())
                throw new InvalidDataException(
                    $"{_file}: the JSON ends at byte {_reader.BytesConsumed}, before its last value is complete");
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    private readonly void Expect(JsonTokenType type, string what, string expected)
    {
        if (_reader.TokenType != type)
            throw Unexpected(what, expected);
    }

    private readonly string GetString()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair in an escape, or bytes that are not UTF-8.
            throw new InvalidDataException(
                $"{_file}: not valid JSON: the string at byte {_reader.TokenStartIndex} is not valid Unicode", e);
        }
    }

    private readonly string Found() => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => $"\"{Printable.Text(GetString())}\"",
        _ => Printable.Text(Encoding.UTF8.GetString(_reader.ValueSpan[..Math.Min(_reader.ValueSpan.Length, Printable.MaxLength + 1)])),
    };

    private readonly InvalidDataException Invalid(JsonException e) => new($"{_file}: not valid JSON: {Printable.Text(e.Message)}", e);
}
