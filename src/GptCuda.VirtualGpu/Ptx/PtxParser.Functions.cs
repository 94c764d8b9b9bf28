namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Functions, statements and operands.</summary>
internal sealed partial class PtxParser
{
    private PtxLocation _location;

    private void ParseFunction()
    {
        int line = Current.Line;
        bool isEntry = Take().Text == "entry";
        List<PtxVariable> returns = [];
        if (!isEntry && Current.Is('('))
            returns = ParseParameters();
        string name = TakeWord("a function's name").Text;
        List<PtxVariable> parameters = Current.Is('(') ? ParseParameters() : [];
        (int, int, int) maximum = default, required = default;
        int minimumBlocks = 0, registers = 0;
        while (Current.Kind == PtxTokenKind.Dotted)
        {
            PtxToken directive = Take();
            switch (directive.Text)
            {
                case "maxntid": maximum = ParseExtents(); break;
                case "reqntid": required = ParseExtents(); break;
                case "minnctapersm": minimumBlocks = TakeInt("a number of blocks"); break;
                case "maxnreg": registers = TakeInt("a number of registers"); break;
                case "noreturn": break;
                case "pragma": _at--; SkipPragma(); break;
                default: throw Error(directive, $"unknown directive '.{directive.Text}' of function {name}");
            }
        }
        List<PtxStatement>? body = null;
        if (!TakeIf(';'))
        {
            _location = default;
            Expect('{');
            body = ParseStatements();
        }
        _functions.Add(new PtxFunction
        {
            Name = name,
            IsEntry = isEntry,
            Returns = returns,
            Parameters = parameters,
            Body = body,
            MaximumThreads = maximum,
            RequiredThreads = required,
            MinimumBlocks = minimumBlocks,
            MaximumRegisters = registers,
            Line = line,
        });
    }

    private List<PtxVariable> ParseParameters()
    {
        var parameters = new List<PtxVariable>();
        Expect('(');
        if (TakeIf(')'))
            return parameters;
        do
            parameters.Add(ParseParameter());
        while (TakeIf(','));
        Expect(')');
        return parameters;
    }

    private (int X, int Y, int Z) ParseExtents()
    {
        int x = TakeInt("an extent"), y = 1, z = 1;
        if (TakeIf(','))
            y = TakeInt("an extent");
        if (TakeIf(','))
            z = TakeInt("an extent");
        return (x, y, z);
    }

    /// <summary>Statements up to the closing brace, which is taken.</summary>
    private List<PtxStatement> ParseStatements()
    {
        var statements = new List<PtxStatement>();
        while (!TakeIf('}'))
        {
            if (TakeIf(';'))
                continue;
            PtxToken token = Current;
            if (TakeIf('{'))
                statements.Add(new PtxStatement(PtxStatementKind.Block, token.Line, token.Column) { Body = ParseStatements() });
            else if (token.Kind == PtxTokenKind.Dotted)
                ParseBodyDirective(statements);
            else if (token.Kind == PtxTokenKind.Word && _tokens[_at + 1].Is(':'))
                ParseLabel(statements);
            else if (token.Kind == PtxTokenKind.Word || token.Is('@'))
                statements.Add(ParseInstruction());
            else
                throw Error($"expected a statement, found '{token.Text}'");
        }
        return statements;
    }

    private void ParseBodyDirective(List<PtxStatement> statements)
    {
        PtxToken token = Current;
        switch (token.Text)
        {
            case "loc":
                ParseLocation();
                return;
            case "pragma":
                SkipPragma();
                return;
            case "file":
                ParseFile();
                return;
            case "section":
                SkipSection();
                return;
        }
        if (!TryStateSpace(token, out PtxStateSpace space))
            throw Error($"unknown directive '.{token.Text}'");
        ParseVariables(space, isExtern: false, variable =>
            statements.Add(new PtxStatement(PtxStatementKind.Variable, token.Line, token.Column) { Variable = variable }));
    }

    private void ParseLabel(List<PtxStatement> statements)
    {
        PtxToken name = Take();
        Expect(':');
        if (TakeIfDotted("branchtargets"))
        {
            var targets = new List<PtxOperand>();
            do
                targets.Add(ParseOperand());
            while (TakeIf(','));
            Expect(';');
            statements.Add(
                new PtxStatement(PtxStatementKind.BranchTargets, name.Line, name.Column) { Name = name.Text, Operands = targets });
            return;
        }
        if (Current.Kind == PtxTokenKind.Dotted && Current.Text is "callprototype" or "calltargets")
            throw Error($"'.{Current.Text}' is not supported: indirect calls are not");
        statements.Add(new PtxStatement(PtxStatementKind.Label, name.Line, name.Column) { Name = name.Text });
    }

    private void ParseLocation()
    {
        Take();
        int file = TakeInt("a file number"), line = TakeInt("a line");
        TakeInt("a column");
        // ", function_name label, inlined_at file line column" tells the inlining, of which the innermost line is kept.
        while (TakeIf(','))
        {
            PtxToken attribute = TakeWord("an attribute");
            if (attribute.Text == "function_name")
            {
                TakeWord("a label");
                if (TakeIf('+'))
                    TakeInt("an offset");
            }
            else if (attribute.Text == "inlined_at")
            {
                TakeInt("a file number");
                TakeInt("a line");
                TakeInt("a column");
            }
            else
            {
                throw Error(attribute, $"unknown attribute '{attribute.Text}' of .loc");
            }
        }
        if (line != 0)
            _location = new PtxLocation(file, line);
    }

    private PtxStatement ParseInstruction()
    {
        PtxToken first = Current;
        PtxOperand? guard = null;
        if (TakeIf('@'))
        {
            guard = ParseOperand();
            if (guard.Kind != PtxOperandKind.Name)
                throw Error(first, "expected a predicate after '@'");
        }
        PtxToken opcode = TakeWord("an opcode");
        var modifiers = new List<PtxToken>();
        while (Current.Kind == PtxTokenKind.Dotted)
            modifiers.Add(Take());
        var operands = new List<PtxOperand>();
        if (!Current.Is(';'))
        {
            do
                operands.Add(ParseOperand());
            while (TakeIf(','));
        }
        Expect(';');
        return new PtxStatement(PtxStatementKind.Instruction, opcode.Line, opcode.Column)
        {
            Name = opcode.Text,
            Modifiers = modifiers,
            Operands = operands,
            Guard = guard,
            Location = _location,
        };
    }
}
