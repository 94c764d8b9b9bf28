using System.Buffers.Binary;

namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Declarations and initial values.</summary>
internal sealed partial class PtxParser
{
    /// <summary>Parses <c>.space .align N .type name[…] = …, name…;</c>.</summary>
    private void ParseVariables(PtxStateSpace space, bool isExtern, Action<PtxVariable> add)
    {
        Take();
        (PtxType type, int alignment) = ParseTypeAndAlignment();
        do
            add(ParseVariable(space, type, alignment, isExtern));
        while (TakeIf(','));
        Expect(';');
    }

    /// <summary>Parses a parameter of a function's head, which no semicolon ends.</summary>
    private PtxVariable ParseParameter()
    {
        if (!Current.IsDotted("param"))
            throw Error($"expected .param, found '{Current.Text}'; parameters in registers are not supported");
        Take();
        (PtxType type, int alignment) = ParseTypeAndAlignment();
        return ParseVariable(PtxStateSpace.Param, type, alignment, isExtern: false);
    }

    private (PtxType Type, int Alignment) ParseTypeAndAlignment()
    {
        int alignment = 0;
        while (true)
        {
            PtxToken token = Current;
            if (token.Kind != PtxTokenKind.Dotted)
                throw Error($"expected a type, found '{token.Text}'");
            _at++;
            if (token.Text == "align")
            {
                alignment = TakeInt("an alignment");
                if (alignment <= 0 || (alignment & (alignment - 1)) != 0)
                    throw Error(token, $".align {alignment} is not a power of two");
            }
            else if (PtxTypes.TryParse(token.Text, out PtxType type))
            {
                SkipPointee();
                return (type, alignment);
            }
            else
            {
                throw Error(token, $"unknown type '.{token.Text}'");
            }
        }
    }

    /// <summary>What a pointer parameter points to (.ptr .global .align 16) is a hint, not a part of its type.</summary>
    private void SkipPointee()
    {
        if (!TakeIfDotted("ptr"))
            return;
        if (TryStateSpace(Current, out _))
            Take();
        if (TakeIfDotted("align"))
            TakeInt("an alignment");
    }

    private PtxVariable ParseVariable(PtxStateSpace space, PtxType type, int alignment, bool isExtern)
    {
        PtxToken name = TakeWord("a name");
        int element = type.Bytes();
        long bytes = element;
        int count = 0;
        bool open = false;
        if (space == PtxStateSpace.Register && TakeIf('<'))
        {
            count = TakeInt("a register count");
            Expect('>');
        }
        while (TakeIf('['))
        {
            if (TakeIf(']'))
            {
                open = true;
                bytes = 0;
                continue;
            }
            bytes = checked(bytes * TakeInt("a length"));
            Expect(']');
        }
        byte[]? initial = null;
        var addresses = new List<PtxInitializer>();
        if (Current.Is('='))
        {
            PtxToken equals = Take();
            if (space is not (PtxStateSpace.Global or PtxStateSpace.Const))
                throw Error(equals, $"{name.Text}: only .global and .const variables have initial values");
            var values = new List<(ulong Bits, PtxInitializer? Address)>();
            ParseInitialValues(type, values);
            if (open)
                bytes = (long)values.Count * element;
            if ((long)values.Count * element > bytes)
                throw Error(equals, $"{name.Text}: {values.Count} initial values for {bytes / Math.Max(1, element)} elements");
            initial = new byte[bytes];
            Span<byte> full = stackalloc byte[8];
            for (int i = 0; i < values.Count; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(full, values[i].Bits);
                full[..element].CopyTo(initial.AsSpan(i * element));
                if (values[i].Address is { } address)
                    addresses.Add(address with { Offset = i * element, Bytes = element });
            }
        }
        if (type == PtxType.Pred && space != PtxStateSpace.Register)
            throw Error(name, $"{name.Text}: only registers are .pred");
        return new PtxVariable
        {
            Name = name.Text,
            Space = space,
            Type = type,
            Bytes = bytes,
            Alignment = Math.Max(alignment, Math.Max(1, element)),
            Count = count,
            IsExtern = isExtern,
            InitialBytes = initial,
            Addresses = addresses,
            Line = name.Line,
            Column = name.Column,
        };
    }

    private void ParseInitialValues(PtxType type, List<(ulong Bits, PtxInitializer? Address)> values)
    {
        if (TakeIf('{'))
        {
            if (TakeIf('}'))
                return;
            do
                ParseInitialValues(type, values);
            while (TakeIf(','));
            Expect('}');
            return;
        }
        PtxToken token = Current;
        if (token.Kind == PtxTokenKind.Word)
        {
            _at++;
            string symbol = token.Text;
            if (symbol == "generic" && TakeIf('('))
            {
                symbol = TakeWord("a variable").Text;
                Expect(')');
            }
            long addend = 0;
            if (Current.Is('+') || Current.Is('-'))
                addend = (long)ParseSignedInteger();
            values.Add((0, new PtxInitializer(0, symbol, addend, 0, token.Line, token.Column)));
            return;
        }
        PtxOperand literal = ParseLiteral();
        ulong bits = literal.Kind switch
        {
            PtxOperandKind.Double when type == PtxType.F32 =>
                BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(literal.Value)),
            PtxOperandKind.Single when type == PtxType.F64 =>
                BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)literal.Value)),
            _ => literal.Value,
        };
        values.Add((bits, null));
    }
}
