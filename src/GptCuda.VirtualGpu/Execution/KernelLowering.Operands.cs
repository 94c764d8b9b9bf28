using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Names, registers and constants.</summary>
internal sealed partial class KernelLowering
{
    private NamedThing Lookup(PtxOperand at, string name, NameScope scope)
    {
        if (scope.Find(name) is { } local)
            return local;
        if (_globals.TryGetValue(name, out ModuleVariable? variable))
            return new NamedThing(variable.IsConstant ? PtxStateSpace.Const : PtxStateSpace.Global, -1, variable.Bytes, variable.Address);
        if (_sharedUsed.TryGetValue(name, out NamedThing? used))
            return used;
        if (_moduleShared.TryGetValue(name, out PtxVariable? shared))
        {
            NamedThing placed = PlaceShared(shared);
            _sharedUsed.TryAdd(name, placed);
            return placed;
        }
        if (_functions.ContainsKey(name))
            throw Error(at, $"the address of the function {name} is taken: indirect calls are not supported");
        throw Error(at, $"unknown name '{name}'");
    }

    private int Predicate(PtxOperand operand, NameScope scope)
    {
        NamedThing thing = Lookup(operand, operand.Name ?? "", scope);
        if (thing.Space != PtxStateSpace.Register || thing.Bytes != 0)
            throw Error(operand, $"{operand.Name} is not a predicate");
        return thing.Register;
    }

    private void LowerValue(
        LoweredInstruction instruction,
        OperandPattern pattern,
        PtxOperand operand,
        NameScope scope,
        PtxType resultType,
        List<LoweredInstruction> after)
    {
        if (pattern.Second is { } second)
        {
            bool isPair = operand.Kind == PtxOperandKind.Pair;
            LowerElement(instruction, pattern, isPair ? operand.Elements[0] : operand, scope, resultType, after);
            if (isPair)
                LowerElement(instruction, second, operand.Elements[1], scope, resultType, after);
            else
                instruction.Operands.Add(LoweredOperand.Absent);
            return;
        }
        if (operand.Kind == PtxOperandKind.Vector)
        {
            if (pattern.Kind != '*' && pattern.Count != operand.Elements.Count)
            {
                throw Error(operand, pattern.Count == 0
                    ? "a vector is not allowed here" : $"{pattern.Count} elements are needed, not {operand.Elements.Count}");
            }
            foreach (PtxOperand element in operand.Elements)
                LowerElement(instruction, pattern, element, scope, resultType, after);
            return;
        }
        // A vector of one may be written without braces.
        if (pattern.Count > 1)
            throw Error(operand, $"a vector of {pattern.Count} is needed");
        LowerElement(instruction, pattern, operand, scope, resultType, after);
    }

    private void LowerElement(
        LoweredInstruction instruction,
        OperandPattern pattern,
        PtxOperand operand,
        NameScope scope,
        PtxType resultType,
        List<LoweredInstruction> after)
    {
        if (pattern.IsResult)
            instruction.Operands.Add(LowerResult(instruction, pattern, operand, scope, resultType, after));
        else if (pattern.Kind == 'p')
            instruction.Operands.Add(LowerPredicate(instruction, operand, scope));
        else
            instruction.Operands.Add(LowerSource(instruction, pattern, operand, scope));
    }

    private LoweredOperand LowerResult(
        LoweredInstruction instruction,
        OperandPattern pattern,
        PtxOperand operand,
        NameScope scope,
        PtxType resultType,
        List<LoweredInstruction> after)
    {
        int wanted = pattern.Bytes;
        if (operand.Kind == PtxOperandKind.Sink)
        {
            // Memory instructions say the width by their type; what is thrown away needs a place all the same.
            int bytes = pattern.Kind == '*' ? SinkBytes(instruction.Statement) : wanted;
            return LoweredOperand.Result(NewRegister(bytes), bytes);
        }
        if (operand.Kind != PtxOperandKind.Name || operand.Negated)
            throw Error(operand, $"a register is needed for the result, not '{operand}'");
        NamedThing thing = Lookup(operand, operand.Name!, scope);
        if (thing.Space != PtxStateSpace.Register)
            throw Error(operand, $"a register is needed for the result, not '{operand}'");
        bool isPredicate = pattern.Kind == 'p';
        if (isPredicate != (thing.Bytes == 0) && !(pattern.Kind == '*' && thing.Bytes != 0))
            throw Error(operand, isPredicate ? $"{operand} is not a predicate" : $"{operand} is a predicate");
        if (pattern.Kind == '*' || isPredicate || thing.Bytes == wanted)
            return LoweredOperand.Result(thing.Register, (int)thing.Bytes);
        if (!pattern.AllowsWider || thing.Bytes < wanted)
            throw Error(
                operand, $"'{instruction.Statement.Spelling}' needs a register of {wanted * 8} bits; {operand} has {thing.Bytes * 8}");
        int narrow = NewRegister(wanted);
        var widen = new LoweredInstruction(InternalForms.Resize(wanted, (int)thing.Bytes, resultType.IsSigned()), instruction.Statement)
        {
            Guard = instruction.Guard,
            GuardInverted = instruction.GuardInverted,
        };
        widen.Operands.Add(LoweredOperand.Result(thing.Register, (int)thing.Bytes));
        widen.Operands.Add(LoweredOperand.Source(narrow, wanted));
        after.Add(widen);
        return LoweredOperand.Result(narrow, wanted);
    }

    private static int SinkBytes(PtxStatement statement) =>
        statement.Modifiers.Count > 0 && PtxTypes.TryParse(statement.Modifiers[^1].Text, out PtxType type) ? Math.Max(2, type.Bytes()) : 4;

    private LoweredOperand LowerPredicate(LoweredInstruction instruction, PtxOperand operand, NameScope scope)
    {
        if (operand.Kind == PtxOperandKind.Integer)
            return LoweredOperand.Constant(operand.Value == 0 ? 0 : ulong.MaxValue, 0);
        int register = Predicate(operand, scope);
        if (!operand.Negated)
            return LoweredOperand.Source(register, 0);
        int inverted = NewRegister(0);
        var not = new LoweredInstruction(InternalForms.NotPredicate, instruction.Statement);
        not.Operands.Add(LoweredOperand.Result(inverted, 0));
        not.Operands.Add(LoweredOperand.Source(register, 0));
        Emit(not);
        return LoweredOperand.Source(inverted, 0);
    }

    private LoweredOperand LowerSource(LoweredInstruction instruction, OperandPattern pattern, PtxOperand operand, NameScope scope)
    {
        int wanted = pattern.Kind == '*' ? 8 : pattern.Bytes;
        switch (operand.Kind)
        {
            case PtxOperandKind.Integer:
                return LoweredOperand.Constant(operand.Value, wanted);
            case PtxOperandKind.Single or PtxOperandKind.Double:
                return LoweredOperand.Constant(FloatBits(instruction.Statement, pattern, operand), wanted);
            case PtxOperandKind.Sink when pattern.Kind == '*':
                return LoweredOperand.Constant(0, wanted);
            case not PtxOperandKind.Name:
                throw Error(operand, $"'{operand}' is not allowed here");
        }
        if (scope.Find(operand.Name!) is null && SpecialRegisters.TryParse(operand.Name!, out SpecialRegister special))
            return Resized(instruction, pattern, operand, ReadSpecial(instruction, special), special.Bytes());
        if (operand.Name == "WARP_SZ")
            return LoweredOperand.Constant(Warp.Lanes, wanted);
        NamedThing thing = Lookup(operand, operand.Name!, scope);
        if (thing.Space == PtxStateSpace.Register)
        {
            if (operand.Negated)
                throw Error(operand, "only a predicate can be negated");
            return Resized(instruction, pattern, operand, thing.Register, (int)thing.Bytes);
        }
        if (thing.IsArgument)
            throw Error(operand, $"the address of {operand} is taken: that is supported for a kernel's own parameters alone");
        // The address of a variable; an offset may be added to it.
        ulong address = thing.Address + operand.Value;
        return thing.IsDynamicShared
            ? new LoweredOperand(LoweredOperandKind.DynamicShared, -1, operand.Value, wanted, false)
            : LoweredOperand.Constant(address, wanted);
    }

    private static ulong FloatBits(PtxStatement statement, OperandPattern pattern, PtxOperand literal)
    {
        PtxType type = statement.Modifiers.Count > 0 && PtxTypes.TryParse(statement.Modifiers[^1].Text, out PtxType last)
            ? last
            : PtxType.None;
        int bytes = pattern.Kind == '*' ? type.Bytes() : pattern.Bytes;
        return (literal.Kind, bytes) switch
        {
            (PtxOperandKind.Double, 4) => BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(literal.Value)),
            (PtxOperandKind.Single, 8) when type == PtxType.F64 =>
                BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)literal.Value)),
            _ => literal.Value,
        };
    }

    private LoweredOperand Resized(LoweredInstruction instruction, OperandPattern pattern, PtxOperand operand, int register, int bytes)
    {
        if (bytes == 0)
            throw Error(operand, $"{operand} is a predicate");
        if (pattern.Kind == '*' || bytes == pattern.Bytes)
            return LoweredOperand.Source(register, bytes);
        if (!pattern.AllowsWider || bytes < pattern.Bytes)
            throw Error(
                operand, $"'{instruction.Statement.Spelling}' needs a register of {pattern.Bytes * 8} bits; {operand} has {bytes * 8}");
        int narrow = NewRegister(pattern.Bytes);
        var cut = new LoweredInstruction(InternalForms.Resize(bytes, pattern.Bytes, isSigned: false), instruction.Statement);
        cut.Operands.Add(LoweredOperand.Result(narrow, pattern.Bytes));
        cut.Operands.Add(LoweredOperand.Source(register, bytes));
        Emit(cut);
        return LoweredOperand.Source(narrow, pattern.Bytes);
    }

    private int ReadSpecial(LoweredInstruction instruction, SpecialRegister special)
    {
        if (!special.Changes())
        {
            foreach ((SpecialRegister known, int register) in _specials)
            {
                if (known == special)
                    return register;
            }
            int constant = NewRegister(special.Bytes());
            _specials.Add((special, constant));
            return constant;
        }
        int read = NewRegister(special.Bytes());
        var reader = new LoweredInstruction(InternalForms.ReadSpecial, instruction.Statement);
        reader.Operands.Add(LoweredOperand.Result(read, special.Bytes()));
        reader.Detail.Variant = (int)special;
        Emit(reader);
        return read;
    }
}
