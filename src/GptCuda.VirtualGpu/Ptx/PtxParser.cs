namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Parses a PTX text, of NVRTC or of clang, into a <see cref="PtxText"/>.</summary>
internal sealed partial class PtxParser
{
    private readonly string _module;
    private readonly List<PtxToken> _tokens;
    private readonly List<PtxVariable> _variables = [];
    private readonly List<PtxFunction> _functions = [];
    private readonly Dictionary<int, string> _files = [];
    private (int Major, int Minor) _version;
    private string _target = "";
    private int _at;

    private PtxParser(string text, string module)
    {
        _module = module;
        _tokens = new PtxLexer(text, module).Tokenize();
    }

    /// <summary>Parses <paramref name="text"/>.</summary>
    /// <param name="text">The whole module.</param>
    /// <param name="module">A name for messages, such as the file it came from.</param>
    /// <exception cref="PtxSyntaxException">The text is not PTX that this parser knows.</exception>
    public static PtxText Parse(string text, string module)
    {
        var parser = new PtxParser(text, module);
        parser.ParseModule();
        var defined = parser._functions.Where(function => function.Body is not null).Select(function => function.Name).ToHashSet();
        return new PtxText
        {
            Name = module,
            Version = parser._version,
            Target = parser._target,
            Variables = parser._variables,
            Functions = [.. parser._functions.Where(function => function.Body is not null || !defined.Contains(function.Name))],
            Files = parser._files,
        };
    }

    private PtxToken Current => _tokens[_at];

    private PtxToken Take() => _tokens[_at].Kind == PtxTokenKind.End ? throw Error("unexpected end of text") : _tokens[_at++];

    private PtxToken TakeWord(string what) =>
        Current.Kind == PtxTokenKind.Word ? Take() : throw Error($"expected {what}, found '{Current.Text}'");

    private int TakeInt(string what) => Current.Kind == PtxTokenKind.Integer && Current.Value <= int.MaxValue
        ? (int)Take().Value : throw Error($"expected {what}, found '{Current.Text}'");

    private bool TakeIf(char punctuation)
    {
        if (!Current.Is(punctuation))
            return false;
        _at++;
        return true;
    }

    private bool TakeIfDotted(string name)
    {
        if (!Current.IsDotted(name))
            return false;
        _at++;
        return true;
    }

    private PtxToken Expect(char punctuation) =>
        Current.Is(punctuation) ? Take() : throw Error($"expected '{punctuation}', found '{Current.Text}'");

    private PtxSyntaxException Error(string problem) => Error(Current, problem);

    private PtxSyntaxException Error(PtxToken token, string problem) => new(_module, token.Line, token.Column, problem);

    private void ParseModule()
    {
        if (!Current.IsDotted("version"))
            throw Error("a PTX module begins with .version");
        while (Current.Kind != PtxTokenKind.End)
            ParseModuleDirective();
        if (_target.Length == 0)
            throw Error("the module has no .target");
    }

    private void ParseModuleDirective()
    {
        PtxToken token = Current;
        // ptxas accepts stray semicolons between directives, and inline assembly at file scope leaves them.
        if (TakeIf(';'))
            return;
        if (token.Kind != PtxTokenKind.Dotted)
            throw Error($"expected a directive, found '{token.Text}'");
        switch (token.Text)
        {
            case "version":
                _at++;
                PtxToken number = Take();
                string[] parts = number.Text.Split('.');
                if (parts.Length != 2 || !int.TryParse(parts[0], out int major) || !int.TryParse(parts[1], out int minor))
                    throw Error(number, $"'{number.Text}' is not a PTX version");
                _version = (major, minor);
                break;
            case "target":
                _at++;
                _target = TakeWord("an architecture").Text;
                while (TakeIf(','))
                    TakeWord("a target option");
                break;
            case "address_size":
                _at++;
                if (TakeInt("an address size") != 64)
                    throw Error(token, "only .address_size 64 is supported");
                break;
            case "file":
                ParseFile();
                break;
            case "section":
                SkipSection();
                break;
            case "pragma":
                SkipPragma();
                break;
            default:
                ParseDefinition();
                break;
        }
    }

    private void ParseDefinition()
    {
        bool isExtern = false;
        while (Current.Kind == PtxTokenKind.Dotted && Current.Text is "visible" or "extern" or "weak" or "common")
            isExtern |= Take().Text == "extern";
        if (Current.IsDotted("entry") || Current.IsDotted("func"))
            ParseFunction();
        else if (TryStateSpace(Current, out PtxStateSpace space)
            && space is PtxStateSpace.Global or PtxStateSpace.Const or PtxStateSpace.Shared)
            ParseVariables(space, isExtern, _variables.Add);
        else
            throw Error($"unknown directive '.{Current.Text}'");
    }

    private void ParseFile()
    {
        _at++;
        int number = TakeInt("a file number");
        if (Current.Kind != PtxTokenKind.String)
            throw Error($"expected a file name, found '{Current.Text}'");
        _files[number] = Take().Text;
        // Time stamp and size may follow.
        while (TakeIf(','))
            Take();
    }

    private void SkipSection()
    {
        _at++;
        if (Current.Kind is not (PtxTokenKind.Dotted or PtxTokenKind.Word))
            throw Error($"expected a section's name, found '{Current.Text}'");
        _at++;
        Expect('{');
        while (!TakeIf('}'))
            Take();
    }

    private void SkipPragma()
    {
        _at++;
        do
        {
            if (Current.Kind != PtxTokenKind.String)
                throw Error($"expected a pragma's text, found '{Current.Text}'");
            _at++;
        }
        while (TakeIf(','));
        Expect(';');
    }

    private static bool TryStateSpace(PtxToken token, out PtxStateSpace space)
    {
        space = default;
        if (token.Kind != PtxTokenKind.Dotted)
            return false;
        switch (token.Text)
        {
            case "global": space = PtxStateSpace.Global; return true;
            case "const": space = PtxStateSpace.Const; return true;
            case "shared": space = PtxStateSpace.Shared; return true;
            case "local": space = PtxStateSpace.Local; return true;
            case "param": space = PtxStateSpace.Param; return true;
            case "reg": space = PtxStateSpace.Register; return true;
            default: return false;
        }
    }
}
