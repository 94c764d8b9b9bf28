using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Instructions, branches and calls.</summary>
internal sealed partial class KernelLowering
{
    private void LowerInstruction(PtxStatement statement, NameScope scope, CodeLabel? returnLabel)
    {
        InstructionForm form = InstructionTable.Instance.Find(statement, _text.Name, out string?[] slots);
        (int guard, bool inverted) = statement.Guard is { } written ? (Predicate(written, scope), written.Negated) : (-1, false);
        switch (form.Control)
        {
            case ControlKind.Call:
                LowerCall(statement, scope, guard, inverted);
                return;
            case ControlKind.Return when returnLabel is not null:
                EmitBranch(statement, guard, inverted, returnLabel);
                return;
        }
        var instruction = new LoweredInstruction(form, statement) { Guard = guard, GuardInverted = inverted };
        var after = new List<LoweredInstruction>();
        LowerOperands(instruction, scope, after);
        if (form.Control == ControlKind.Return)
            instruction.Control = ControlKind.Exit;
        if (form.Bind?.Invoke(instruction, slots) is { } problem)
            throw Error(statement, $"'{statement.Spelling}': {problem}");
        Emit(instruction);
        _instructions.AddRange(after);
    }

    private void EmitBranch(PtxStatement statement, int guard, bool inverted, CodeLabel target)
    {
        var branch = new LoweredInstruction(InternalForms.Branch, statement) { Guard = guard, GuardInverted = inverted };
        _branches.Add((branch, [target]));
        Emit(branch);
    }

    private void LowerOperands(LoweredInstruction instruction, NameScope scope, List<LoweredInstruction> after)
    {
        PtxStatement statement = instruction.Statement;
        OperandPattern[] patterns = instruction.Form.Operands;
        int missing = patterns.Length - statement.Operands.Count;
        int addresses = 0, written = 0;
        // cvt.to.from: the type before the last decides how a result in a wider register is extended.
        string before = statement.Modifiers.Count >= 2 ? statement.Modifiers[^2].Text : "";
        PtxType resultType = PtxTypes.TryParse(before, out PtxType type) ? type : PtxType.None;
        foreach (OperandPattern pattern in patterns)
        {
            if (pattern.IsOptional && missing > 0)
            {
                missing--;
                instruction.Operands.Add(LoweredOperand.Absent);
                continue;
            }
            if (written == statement.Operands.Count)
                throw Error(statement, $"'{statement.Spelling}' has too few operands");
            PtxOperand operand = statement.Operands[written++];
            switch (pattern.Kind)
            {
                case 'm':
                    LowerAddress(instruction, operand, scope, second: addresses++ == 1);
                    break;
                case 'l':
                    LowerTargets(instruction, operand, scope);
                    break;
                case 'i':
                    if (operand.Kind != PtxOperandKind.Integer || (long)operand.Value is < int.MinValue or > int.MaxValue)
                        throw Error(operand, $"expected an integer, found '{operand}'");
                    instruction.Detail.Variant = (int)operand.Value;
                    break;
                default:
                    LowerValue(instruction, pattern, operand, scope, resultType, after);
                    break;
            }
        }
        if (written != statement.Operands.Count)
            throw Error(statement.Operands[written], $"'{statement.Spelling}' has too many operands");
    }

    private void LowerTargets(LoweredInstruction instruction, PtxOperand operand, NameScope scope)
    {
        IReadOnlyList<PtxOperand> names = [operand];
        if (instruction.Control == ControlKind.IndexedBranch)
            names = scope.FindTable(operand.Name ?? "")?.Operands ?? throw Error(operand, $"unknown table of branch targets '{operand}'");
        _branches.Add((instruction, [.. names.Select(Find)]));

        CodeLabel Find(PtxOperand name) => scope.FindLabel(name.Name ?? "") ?? throw Error(operand, $"unknown label '{name}'");
    }

    private void LowerAddress(LoweredInstruction instruction, PtxOperand operand, NameScope scope, bool second)
    {
        if (operand.Kind != PtxOperandKind.Address)
            throw Error(operand, $"expected an address in brackets, found '{operand}'");
        long offset = (long)operand.Value;
        int bytes = 8;
        if (operand.Name is null)
        {
            instruction.Operands.Add(LoweredOperand.Constant(0, 8));
        }
        else
        {
            NamedThing thing = Lookup(operand, operand.Name, scope);
            if (thing.Space == PtxStateSpace.Register)
            {
                if (thing.Bytes is not (4 or 8))
                    throw Error(operand, $"{operand.Name} is no address: it has {thing.Bytes * 8} bits");
                bytes = (int)thing.Bytes;
                instruction.Operands.Add(LoweredOperand.Source(thing.Register, bytes));
            }
            else if (thing.IsDynamicShared)
            {
                instruction.Operands.Add(new LoweredOperand(LoweredOperandKind.DynamicShared, -1, 0, 8, false));
            }
            else
            {
                instruction.Operands.Add(LoweredOperand.Constant(thing.Address, 8));
                if (thing.IsArgument)
                {
                    if (offset < 0 || offset >= Math.Max(1, thing.Bytes))
                        throw Error(operand, $"{operand} lies outside of {operand.Name}, which has {thing.Bytes} bytes");
                    instruction.Detail.IsArgument = true;
                    instruction.Detail.Space = StateSpace.Local;
                }
            }
        }
        if (second)
            (instruction.Detail.SecondOffset, instruction.Detail.SecondAddressBytes) = (offset, bytes);
        else
            (instruction.Detail.Offset, instruction.Detail.AddressBytes) = (offset, bytes);
    }

    /// <summary>Puts a function's body in the place of its call, its parameters standing for the caller's arguments.</summary>
    private void LowerCall(PtxStatement statement, NameScope scope, int guard, bool inverted)
    {
        IReadOnlyList<PtxOperand> operands = statement.Operands;
        int at = 0;
        IReadOnlyList<PtxOperand> returns = operands.Count > 0 && operands[0].Kind == PtxOperandKind.List ? operands[at++].Elements : [];
        if (at == operands.Count || operands[at].Kind != PtxOperandKind.Name)
            throw Error(statement, "a call names a function");
        PtxOperand name = operands[at++];
        IReadOnlyList<PtxOperand> arguments = at < operands.Count && operands[at].Kind == PtxOperandKind.List
            ? operands[at++].Elements
            : [];
        if (at != operands.Count)
            throw Error(operands[at], "indirect calls are not supported");
        if (!_functions.TryGetValue(name.Name!, out PtxFunction? function))
            throw Error(name, $"unknown function '{name}'; indirect calls are not supported");
        if (function.Body is null)
            throw Error(name, $"the function {name} is declared but has no body");
        if (!_calling.Add(function.Name))
            throw Error(name, $"{name} calls itself: recursion is not supported");
        var inner = new NameScope(null);
        Bind(function.Returns, returns);
        Bind(function.Parameters, arguments);
        var end = new CodeLabel();
        if (guard >= 0)
            EmitBranch(statement, guard, !inverted, end);
        LowerBody(function.Body, inner, end);
        end.Index = _instructions.Count;
        _calling.Remove(function.Name);

        void Bind(IReadOnlyList<PtxVariable> parameters, IReadOnlyList<PtxOperand> given)
        {
            if (parameters.Count != given.Count)
                throw Error(statement, $"{name} takes {parameters.Count} values here, not {given.Count}");
            for (int i = 0; i < given.Count; i++)
            {
                NamedThing argument = Lookup(given[i], given[i].Name ?? "", scope);
                if (!argument.IsArgument)
                    throw Error(given[i], $"'{given[i]}' is not a .param variable; other arguments are not supported");
                if (argument.Bytes != parameters[i].Bytes)
                    throw Error(given[i], $"'{given[i]}' has {argument.Bytes} bytes, {parameters[i].Name} of {name} {parameters[i].Bytes}");
                inner.TryAdd(parameters[i].Name, argument);
            }
        }
    }
}
