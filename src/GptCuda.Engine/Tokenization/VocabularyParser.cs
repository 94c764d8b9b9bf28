using System.Text;

namespace GptCuda.Engine.Tokenization;

/// <summary>
/// Reads the one kind of JSON that a vocabulary is: an object of tokens in <see cref="ByteAlphabet"/> and their ids. System.Text.Json
/// reads it as well, but looks for each string's end with vector code that has to be compiled when a program starts, without
/// optimisation: for GPT-2's vocabulary that took longer than all else in loading it.
/// </summary>
/// <param name="path">For messages.</param>
/// <param name="json">The file.</param>
internal ref struct VocabularyParser(string path, ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;
    private bool _begun;

    /// <summary>Reads the next entry.</summary>
    /// <param name="token">Receives the token's bytes; as much room as the rest of the file is always enough.</param>
    /// <param name="length">How many there are, at least one.</param>
    /// <param name="id">From 0.</param>
    /// <returns>False at the end of the object, after which there is nothing more.</returns>
    /// <exception cref="InvalidDataException">The file is something else; the message says where.</exception>
    public bool TryRead(Span<byte> token, out int length, out int id)
    {
        length = id = 0;
        int next = SkipSpace();
        if (!_begun)
        {
            if (next != '{') throw Wrong("expected an object");
            _at++;
            _begun = true;
            next = SkipSpace();
            if (next != '"' && next != '}') throw Wrong("expected a token in quotation marks, or }");
        }
        else if (next == ',')
        {
            _at++;
            next = SkipSpace();
            if (next != '"') throw Wrong("expected a token in quotation marks");
        }
        else if (next != '}') throw Wrong("expected a comma, or }");
        _at++;
        if (next == '}') return SkipSpace() < 0 ? false : throw Wrong("expected the end of the file after }");

        length = ReadToken(token);
        if (SkipSpace() != ':') throw Wrong("expected a colon");
        _at++;
        SkipSpace();
        id = ReadId(token[..length]);
        return true;
    }

    private int ReadToken(Span<byte> token)
    {
        int start = _at, length = 0;
        while (Peek() is int next && next != '"')
        {
            if (next < 0) throw Wrong("expected the token's closing quotation mark");
            int value = next == '\\' ? ReadEscape() : ByteAlphabet.Read(_json, ref _at);
            if (value < 0)
            {
                string text = Encoding.UTF8.GetString(_json[start..Math.Min(_at, start + 60)]);
                throw new InvalidDataException(
                    $"{path}: byte {start}: a token beginning \"{text}\" has a character outside GPT-2's byte alphabet");
            }
            token[length++] = (byte)value;
        }
        if (length == 0) throw new InvalidDataException($"{path}: byte {start}: an empty token");
        _at++;
        return length;
    }

    /// <summary>The byte that an escape sequence stands for, or -1: the alphabet has no controls, so their escapes have none.</summary>
    private int ReadEscape()
    {
        _at++;
        int kind = Peek();
        if (kind is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't')
        {
            _at++;
            return kind is '"' or '\\' or '/' ? ByteAlphabet.ByteOf(kind) : -1;
        }
        if (kind != 'u') throw Wrong("expected a JSON escape after \\");
        _at++;
        int point = 0;
        for (int i = 0; i < 4; i++, _at++)
        {
            int digit = Peek();
            if (digit < 0 || !char.IsAsciiHexDigit((char)digit)) throw Wrong("expected four hexadecimal digits after \\u");
            point = (point << 4) | (digit <= '9' ? digit - '0' : (digit & 0xF) + 9);
        }
        return ByteAlphabet.ByteOf(point);
    }

    private int ReadId(ReadOnlySpan<byte> token)
    {
        int start = _at;
        long id = 0;
        while (Peek() is >= '0' and <= '9' and int digit && id <= int.MaxValue)
        {
            id = 10 * id + digit - '0';
            _at++;
        }
        bool leadingZero = _at > start + 1 && _json[start] == '0';
        if (_at == start || leadingZero || id > int.MaxValue || Peek() is '.' or 'e' or 'E')
        {
            _at = start;
            throw Wrong($"expected the id of \"{ByteAlphabet.Write(token[..Math.Min(token.Length, 60)])}\", a whole number from 0");
        }
        return (int)id;
    }

    /// <summary>The next byte that is not white space, or -1 at the end.</summary>
    private int SkipSpace()
    {
        while (Peek() is ' ' or '\n' or '\r' or '\t') _at++;
        return Peek();
    }

    private readonly int Peek() => _at < _json.Length ? _json[_at] : -1;

    private readonly InvalidDataException Wrong(string expected)
    {
        string found = _at == _json.Length ? "the end of the file" : Encoding.UTF8.GetString(_json[_at..Math.Min(_at + 12, _json.Length)]);
        return new InvalidDataException($"{path}: byte {_at}: {expected}, found {found}");
    }
}
