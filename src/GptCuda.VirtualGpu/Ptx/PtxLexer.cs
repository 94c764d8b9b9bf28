using System.Globalization;

namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Cuts a PTX text into tokens.</summary>
internal sealed class PtxLexer(string text, string module)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>All tokens of the text; the last is <see cref="PtxTokenKind.End"/>.</summary>
    /// <exception cref="PtxSyntaxException">A character or literal that is not PTX.</exception>
    public List<PtxToken> Tokenize()
    {
        var tokens = new List<PtxToken>(text.Length / 5);
        PtxToken token;
        do
        {
            token = Next();
            tokens.Add(token);
        }
        while (token.Kind != PtxTokenKind.End);
        return tokens;
    }

    private char Current => _at < text.Length ? text[_at] : '\0';

    private PtxToken Next()
    {
        int before = _at;
        SkipSpaceAndComments();
        bool afterSpace = _at != before;
        int start = _at;
        int line = _line, column = _at - _lineStart + 1;
        if (_at >= text.Length)
            return new(PtxTokenKind.End, "end of text", 0, line, column, afterSpace);
        char c = text[_at];
        if (IsWordStart(c))
        {
            SkipWord();
            return new(PtxTokenKind.Word, text[start.._at], 0, line, column, afterSpace);
        }
        if (c == '.' && _at + 1 < text.Length && IsWordPart(text[_at + 1]))
        {
            _at++;
            SkipWord();
            // A cache level or a sub-space: .L2::128B, .shared::cta.
            while (Current == ':' && _at + 2 < text.Length && text[_at + 1] == ':' && IsWordPart(text[_at + 2]))
            {
                _at += 2;
                SkipWord();
            }
            return new(PtxTokenKind.Dotted, text[(start + 1).._at], 0, line, column, afterSpace);
        }
        if (char.IsAsciiDigit(c))
            return Number(start, line, column, afterSpace);
        if (c == '"')
        {
            int end = text.IndexOf('"', _at + 1);
            if (end < 0)
                throw new PtxSyntaxException(module, line, column, "a string is not closed");
            _at = end + 1;
            return new(PtxTokenKind.String, text[(start + 1)..end], 0, line, column, afterSpace);
        }
        if (!",;{}[]()<>:@!|=+-".Contains(c, StringComparison.Ordinal))
            throw new PtxSyntaxException(module, line, column, $"unexpected character '{c}'");
        _at++;
        return new(PtxTokenKind.Punctuation, c.ToString(), 0, line, column, afterSpace);
    }

    private PtxToken Number(int start, int line, int column, bool afterSpace)
    {
        SkipWord();
        bool decimalFloat = false;
        if (Current == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]))
        {
            decimalFloat = true;
            _at++;
            SkipWord();
        }
        if (text[_at - 1] is 'e' or 'E' && Current is '+' or '-' && (decimalFloat || !text.AsSpan(start).StartsWith("0x")))
        {
            decimalFloat = true;
            _at++;
            SkipWord();
        }
        string literal = text[start.._at];
        if (decimalFloat)
        {
            if (double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                return new(PtxTokenKind.Double, literal, BitConverter.DoubleToUInt64Bits(value), line, column, afterSpace);
        }
        else if (literal.Length == 10 && literal.StartsWith("0f", StringComparison.OrdinalIgnoreCase))
        {
            if (uint.TryParse(literal.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint bits))
                return new(PtxTokenKind.Single, literal, bits, line, column, afterSpace);
        }
        else if (literal.Length == 18 && literal.StartsWith("0d", StringComparison.OrdinalIgnoreCase))
        {
            if (ulong.TryParse(literal.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits))
                return new(PtxTokenKind.Double, literal, bits, line, column, afterSpace);
        }
        else if (TryInteger(literal.TrimEnd('U'), out ulong value))
        {
            return new(PtxTokenKind.Integer, literal, value, line, column, afterSpace);
        }
        throw new PtxSyntaxException(module, line, column, $"'{literal}' is not a number that PTX knows");
    }

    private static bool TryInteger(string literal, out ulong value)
    {
        if (literal.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(literal.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
        if (literal.StartsWith("0b", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(literal.AsSpan(2), NumberStyles.BinaryNumber, CultureInfo.InvariantCulture, out value);
        if (literal.Length > 1 && literal[0] == '0')
        {
            value = 0;
            foreach (char digit in literal)
            {
                if (digit is < '0' or > '7' || value >> 61 != 0)
                    return false;
                value = (value << 3) | (uint)(digit - '0');
            }
            return true;
        }
        return ulong.TryParse(literal, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private void SkipSpaceAndComments()
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (c == '\n')
            {
                _line++;
                _lineStart = ++_at;
            }
            else if (c is ' ' or '\t' or '\r' or '\0')
            {
                _at++;
            }
            else if (c == '/' && _at + 1 < text.Length && text[_at + 1] == '/')
            {
                int end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end;
            }
            else if (c == '/' && _at + 1 < text.Length && text[_at + 1] == '*')
            {
                SkipBlockComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipBlockComment()
    {
        int line = _line, column = _at - _lineStart + 1;
        int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            throw new PtxSyntaxException(module, line, column, "a comment is not closed");
        for (; _at < end; _at++)
        {
            if (text[_at] == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }
        }
        _at = end + 2;
    }

    private void SkipWord()
    {
        while (_at < text.Length && IsWordPart(text[_at]))
            _at++;
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c is '_' or '$' or '%';

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '%';
}
