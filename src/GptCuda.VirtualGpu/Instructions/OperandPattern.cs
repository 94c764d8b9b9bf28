namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// What a form expects at one operand, written as a word: "4" a 4-byte register or constant, "=4" a result, "p" a predicate,
/// "8+" a register of 8 bytes or more, "4x2" a vector of two, "=4|p?" a result with an optional second one behind a bar,
/// "*" any register, constant or vector (the binder checks), "m" an address, "l" a label, "i" an integer literal;
/// a final "?" marks an operand that may be missing.
/// </summary>
internal sealed class OperandPattern
{
    private OperandPattern(string word)
    {
        Word = word;
        IsOptional = word.EndsWith('?');
        string body = word.TrimEnd('?');
        IsResult = body.StartsWith('=');
        body = body.TrimStart('=');
        int bar = body.IndexOf('|');
        if (bar >= 0)
        {
            Second = new OperandPattern("=" + body[(bar + 1)..] + (IsOptional ? "?" : ""));
            IsOptional = false;
            body = body[..bar];
        }
        if (body.EndsWith('+'))
        {
            AllowsWider = true;
            body = body[..^1];
        }
        int times = body.IndexOf('x');
        if (times >= 0)
        {
            Count = int.Parse(body[(times + 1)..]);
            body = body[..times];
        }
        switch (body)
        {
            case "p": Kind = 'p'; break;
            case "*": Kind = '*'; break;
            case "m": Kind = 'm'; break;
            case "l": Kind = 'l'; break;
            case "i": Kind = 'i'; break;
            default:
                Kind = 'r';
                Bytes = int.Parse(body);
                break;
        }
    }

    /// <summary>The pattern as written.</summary>
    public string Word { get; }

    /// <summary>r register or constant, p predicate, * any, m address, l label, i integer literal.</summary>
    public char Kind { get; }

    /// <summary>Bytes of a lane.</summary>
    public int Bytes { get; }

    /// <summary>Elements of a vector; 0 when it is not one.</summary>
    public int Count { get; }

    /// <summary>Whether the instruction writes it.</summary>
    public bool IsResult { get; }

    /// <summary>Whether it may be missing.</summary>
    public bool IsOptional { get; }

    /// <summary>Whether a wider register is allowed.</summary>
    public bool AllowsWider { get; }

    /// <summary>The result behind a bar, or null.</summary>
    public OperandPattern? Second { get; }

    /// <summary>Reads a form's operands, separated by spaces.</summary>
    public static OperandPattern[] Parse(string words) =>
        [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => new OperandPattern(word))];
}
