namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Operands.</summary>
internal sealed partial class PtxParser
{
    private PtxOperand ParseOperand()
    {
        PtxOperand operand = ParseSimpleOperand();
        if (!Current.Is('|'))
            return operand;
        Take();
        PtxOperand second = ParseSimpleOperand();
        return new PtxOperand(PtxOperandKind.Pair, operand.Line, operand.Column) { Elements = [operand, second] };
    }

    private PtxOperand ParseSimpleOperand()
    {
        PtxToken token = Current;
        if (TakeIf('!'))
        {
            PtxToken name = TakeWord("a predicate");
            return new PtxOperand(PtxOperandKind.Name, token.Line, token.Column) { Name = name.Text, Negated = true };
        }
        if (TakeIf('['))
            return ParseAddress(token);
        if (TakeIf('{'))
            return new PtxOperand(PtxOperandKind.Vector, token.Line, token.Column) { Elements = ParseElements('}') };
        if (TakeIf('('))
            return new PtxOperand(PtxOperandKind.List, token.Line, token.Column) { Elements = ParseElements(')') };
        if (token.Kind != PtxTokenKind.Word)
            return ParseLiteral();
        _at++;
        if (token.Text == "_")
            return new PtxOperand(PtxOperandKind.Sink, token.Line, token.Column);
        string text = token.Text;
        // %tid.x: the component belongs to the name, and stands right behind it.
        if (Current.Kind == PtxTokenKind.Dotted && !Current.AfterSpace)
            text += "." + Take().Text;
        if (Current.Is('+') || Current.Is('-'))
        {
            // A symbol's address and an offset, as a value: mov.u64 %rd, table+8.
            ulong offset = ParseSignedInteger();
            return new PtxOperand(PtxOperandKind.Name, token.Line, token.Column) { Name = text, Value = offset };
        }
        return new PtxOperand(PtxOperandKind.Name, token.Line, token.Column) { Name = text };
    }

    private List<PtxOperand> ParseElements(char close)
    {
        var elements = new List<PtxOperand>();
        if (TakeIf(close))
            return elements;
        do
            elements.Add(ParseOperand());
        while (TakeIf(','));
        Expect(close);
        return elements;
    }

    private PtxOperand ParseAddress(PtxToken open)
    {
        string? name = null;
        ulong offset = 0;
        if (Current.Kind == PtxTokenKind.Word)
        {
            name = Take().Text;
            if (Current.Is('+') || Current.Is('-'))
                offset = ParseSignedInteger();
        }
        else
        {
            offset = ParseSignedInteger();
        }
        Expect(']');
        return new PtxOperand(PtxOperandKind.Address, open.Line, open.Column) { Name = name, Value = offset };
    }

    /// <summary>[+|-] [-] integer, as clang writes "+-40".</summary>
    private ulong ParseSignedInteger()
    {
        TakeIf('+');
        bool negative = TakeIf('-');
        if (Current.Kind != PtxTokenKind.Integer)
            throw Error($"expected an integer, found '{Current.Text}'");
        ulong value = Take().Value;
        return negative ? 0 - value : value;
    }

    private PtxOperand ParseLiteral()
    {
        PtxToken token = Current;
        bool negative = TakeIf('-');
        PtxToken number = Current;
        switch (number.Kind)
        {
            case PtxTokenKind.Integer:
                _at++;
                return new PtxOperand(PtxOperandKind.Integer, token.Line, token.Column) { Value = negative ? 0 - number.Value : number.Value };
            case PtxTokenKind.Single:
                _at++;
                return new PtxOperand(PtxOperandKind.Single, token.Line, token.Column) { Value = negative ? number.Value ^ 0x80000000u : number.Value };
            case PtxTokenKind.Double:
                _at++;
                return new PtxOperand(PtxOperandKind.Double, token.Line, token.Column) { Value = negative ? number.Value ^ (1ul << 63) : number.Value };
            default:
                throw Error($"expected an operand, found '{number.Text}'");
        }
    }
}
