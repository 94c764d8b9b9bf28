using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Every instruction that is known, by opcode. The rows stand with their families.</summary>
internal sealed unsafe class InstructionTable
{
    private readonly Dictionary<string, List<InstructionForm>> _forms = new(StringComparer.Ordinal);

    private InstructionTable()
    {
        IntegerForms.AddTo(this);
        LogicForms.AddTo(this);
        BitFieldForms.AddTo(this);
        FloatForms.AddTo(this);
        HalfForms.AddTo(this);
        ApproximateForms.AddTo(this);
        ComparisonForms.AddTo(this);
        MoveForms.AddTo(this);
        ConversionForms.AddTo(this);
        MemoryForms.AddTo(this);
        AtomicForms.AddTo(this);
        ExchangeForms.AddTo(this);
        MatrixForms.AddTo(this);
        AsyncCopyForms.AddTo(this);
        SynchronizationForms.AddTo(this);
        ControlForms.AddTo(this);
    }

    /// <summary>The table.</summary>
    public static InstructionTable Instance { get; } = new();

    /// <summary>Every row.</summary>
    public IEnumerable<InstructionForm> Forms => _forms.Values.SelectMany(forms => forms);

    /// <summary>Adds a row that a handler executes.</summary>
    public void Add(
        string opcode, string modifiers, string operands, delegate*<Warp, Instruction*, void> handler, InstructionClass instructionClass) =>
        Add(new InstructionForm
        {
            Opcode = opcode,
            Modifiers = new ModifierPattern(modifiers),
            Operands = OperandPattern.Parse(operands),
            Handler = handler,
            Class = instructionClass,
        });

    /// <summary>Adds a row whose binder chooses the handler or the control flow.</summary>
    public void Add(
        string opcode,
        string modifiers,
        string operands,
        InstructionClass instructionClass,
        Func<LoweredInstruction, string?[], string?>? bind,
        ControlKind control = ControlKind.None) =>
        Add(new InstructionForm
        {
            Opcode = opcode,
            Modifiers = new ModifierPattern(modifiers),
            Operands = OperandPattern.Parse(operands),
            Class = instructionClass,
            Bind = bind,
            Control = control,
        });

    /// <summary>The row for a written instruction and the modifiers found at its slots.</summary>
    /// <exception cref="PtxSyntaxException">The opcode is unknown, or does not take these modifiers.</exception>
    public InstructionForm Find(PtxStatement statement, string module, out string?[] slots)
    {
        if (!_forms.TryGetValue(statement.Name, out List<InstructionForm>? forms))
            throw new PtxSyntaxException(module, statement.Line, statement.Column, $"unknown instruction '{statement.Spelling}'");
        int furthest = 0;
        foreach (InstructionForm form in forms)
        {
            if (form.Modifiers.Matches(statement.Modifiers, out slots, out int reached))
                return form;
            furthest = Math.Max(furthest, reached);
        }
        if (furthest >= statement.Modifiers.Count)
            throw new PtxSyntaxException(module, statement.Line, statement.Column, $"'{statement.Spelling}' lacks a modifier");
        PtxToken unknown = statement.Modifiers[furthest];
        throw new PtxSyntaxException(module, unknown.Line, unknown.Column,
            $"unknown modifier '.{unknown.Text}' in '{statement.Spelling}'");
    }

    private void Add(InstructionForm form)
    {
        if (!_forms.TryGetValue(form.Opcode, out List<InstructionForm>? forms))
            _forms.Add(form.Opcode, forms = []);
        forms.Add(form);
    }
}
