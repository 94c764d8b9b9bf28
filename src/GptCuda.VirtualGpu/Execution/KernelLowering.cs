using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>
/// Lowers a kernel: finds each instruction's row in the table, resolves names, checks widths, inlines the functions that it calls.
/// </summary>
internal sealed partial class KernelLowering
{
    private readonly PtxText _text;
    private readonly IReadOnlyDictionary<string, ModuleVariable> _globals;
    private readonly Dictionary<string, PtxVariable> _moduleShared;
    private readonly Dictionary<string, PtxFunction> _functions;
    private readonly List<LoweredInstruction> _instructions = [];
    private readonly List<(LoweredInstruction Branch, CodeLabel[] Targets)> _branches = [];
    private readonly List<int> _registers = [];
    private readonly List<(SpecialRegister Special, int Register)> _specials = [];
    private readonly Dictionary<string, NamedThing> _sharedUsed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _calling = new(StringComparer.Ordinal);
    private long _sharedBytes, _localBytes, _argumentBytes;
    private int _dynamicAlignment = 16;

    private KernelLowering(PtxText text, IReadOnlyDictionary<string, ModuleVariable> globals)
    {
        _text = text;
        _globals = globals;
        _moduleShared = text.Variables.Where(variable => variable.Space == PtxStateSpace.Shared).ToDictionary(variable => variable.Name);
        _functions = text.Functions.Where(function => !function.IsEntry).ToDictionary(function => function.Name);
    }

    /// <summary>Lowers <paramref name="kernel"/>.</summary>
    /// <param name="text">Its module.</param>
    /// <param name="globals">The module's variables where they have been placed.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="PtxSyntaxException">An instruction, name or operand that is not known or not allowed.</exception>
    public static LoweredKernel Lower(PtxText text, IReadOnlyDictionary<string, ModuleVariable> globals, PtxFunction kernel)
    {
        var lowering = new KernelLowering(text, globals);
        var scope = new NameScope(null);
        var parameters = new List<KernelParameter>();
        int offset = 0;
        foreach (PtxVariable parameter in kernel.Parameters)
        {
            offset = (int)Align(offset, parameter.Alignment);
            parameters.Add(new KernelParameter(parameter.Name, offset, (int)parameter.Bytes, parameter.Alignment));
            scope.TryAdd(parameter.Name, new NamedThing(PtxStateSpace.Param, -1, parameter.Bytes, (ulong)offset));
            offset += (int)parameter.Bytes;
        }
        lowering.LowerBody(kernel.Body!, scope, returnLabel: null);
        lowering.Emit(new LoweredInstruction(InternalForms.Exit, new PtxStatement(PtxStatementKind.Instruction, kernel.Line, 1) { Name = "exit" }));
        foreach ((LoweredInstruction branch, CodeLabel[] targets) in lowering._branches)
            branch.Targets = [.. targets.Select(target => target.Index)];
        int shared = (int)Align(lowering._sharedBytes, lowering._dynamicAlignment);
        long frame = Align(lowering._localBytes, 16);
        lowering.PlaceDeferred(shared, frame);
        return new LoweredKernel
        {
            Instructions = lowering._instructions,
            Registers = lowering._registers,
            Specials = lowering._specials,
            Parameters = parameters,
            SharedBytes = lowering._sharedBytes == 0 ? 0 : lowering.UsesDynamicShared ? shared : (int)lowering._sharedBytes,
            LocalBytes = (int)lowering._localBytes,
            FrameBytes = (int)Align(frame + lowering._argumentBytes, 16),
        };
    }

    private bool UsesDynamicShared => _sharedUsed.Values.Any(thing => thing.IsDynamicShared);

    private static long Align(long offset, long alignment) => (offset + alignment - 1) / alignment * alignment;

    private PtxSyntaxException Error(PtxStatement at, string problem) => new(_text.Name, at.Line, at.Column, problem);

    private PtxSyntaxException Error(PtxOperand at, string problem) => new(_text.Name, at.Line, at.Column, problem);

    private void Emit(LoweredInstruction instruction) => _instructions.Add(instruction);

    private int NewRegister(int bytes)
    {
        _registers.Add(bytes);
        return _registers.Count - 1;
    }

    /// <summary>Lowers a function's or block's statements; a return goes to <paramref name="returnLabel"/>, or ends the thread.</summary>
    private void LowerBody(IReadOnlyList<PtxStatement> body, NameScope scope, CodeLabel? returnLabel)
    {
        // Labels and tables may be used before they stand.
        foreach (PtxStatement statement in body)
        {
            bool isNew = statement.Kind switch
            {
                PtxStatementKind.Label => scope.TryAddLabel(statement.Name, new CodeLabel()),
                PtxStatementKind.BranchTargets => scope.TryAddTable(statement),
                _ => true,
            };
            if (!isNew)
                throw Error(statement, $"the label {statement.Name} is defined twice");
        }
        foreach (PtxStatement statement in body)
        {
            switch (statement.Kind)
            {
                case PtxStatementKind.Label:
                    scope.FindLabel(statement.Name)!.Index = _instructions.Count;
                    break;
                case PtxStatementKind.Block:
                    LowerBody(statement.Body, new NameScope(scope), returnLabel);
                    break;
                case PtxStatementKind.Variable:
                    Declare(statement, statement.Variable!, scope);
                    break;
                case PtxStatementKind.Instruction:
                    LowerInstruction(statement, scope, returnLabel);
                    break;
            }
        }
    }

    private void Declare(PtxStatement at, PtxVariable variable, NameScope scope)
    {
        if (variable.Space == PtxStateSpace.Register)
        {
            int bytes = variable.Type.Bytes();
            if (bytes == 1)
                bytes = 2;
            if (variable.Count == 0)
                Add(variable.Name, new NamedThing(PtxStateSpace.Register, NewRegister(bytes), bytes, 0));
            for (int i = 0; i < variable.Count; i++)
                Add(variable.Name + i, new NamedThing(PtxStateSpace.Register, NewRegister(bytes), bytes, 0));
            return;
        }
        switch (variable.Space)
        {
            case PtxStateSpace.Shared:
                Add(variable.Name, PlaceShared(variable));
                break;
            case PtxStateSpace.Local:
                _localBytes = Align(_localBytes, variable.Alignment);
                Add(variable.Name, new NamedThing(PtxStateSpace.Local, -1, variable.Bytes, (ulong)_localBytes));
                _localBytes += variable.Bytes;
                break;
            case PtxStateSpace.Param:
                Add(variable.Name, PlaceArgument(variable));
                break;
            default:
                throw Error(at, $"{variable.Name}: a variable of this space cannot be declared in a function");
        }

        void Add(string name, NamedThing thing)
        {
            if (!scope.TryAdd(name, thing))
                throw Error(at, $"{name} is declared twice");
        }
    }

    private NamedThing PlaceShared(PtxVariable variable)
    {
        if (variable.IsExtern || variable.Bytes == 0)
        {
            _dynamicAlignment = Math.Max(_dynamicAlignment, variable.Alignment);
            var dynamic = new NamedThing(PtxStateSpace.Shared, -1, 0, 0, IsDynamicShared: true);
            _sharedUsed.TryAdd(variable.Name, dynamic);
            return dynamic;
        }
        _sharedBytes = Align(_sharedBytes, variable.Alignment);
        var thing = new NamedThing(PtxStateSpace.Shared, -1, variable.Bytes, (ulong)_sharedBytes);
        _sharedBytes += variable.Bytes;
        if (_sharedBytes > 1 << 20)
            throw new PtxSyntaxException(_text.Name, variable.Line, variable.Column, $"{_sharedBytes} bytes of shared memory: no device has as many");
        return thing;
    }

    private NamedThing PlaceArgument(PtxVariable variable)
    {
        _argumentBytes = Align(_argumentBytes, Math.Max(8, variable.Alignment));
        var thing = new NamedThing(PtxStateSpace.Param, -1, variable.Bytes, (ulong)_argumentBytes, IsArgument: true);
        _argumentBytes += variable.Bytes;
        return thing;
    }

    /// <summary>Fills in what is known only now: where dynamic shared memory and the arguments of calls begin.</summary>
    private void PlaceDeferred(int dynamicShared, long arguments)
    {
        foreach (LoweredInstruction instruction in _instructions)
        {
            for (int i = 0; i < instruction.Operands.Count; i++)
            {
                LoweredOperand operand = instruction.Operands[i];
                if (operand.Kind == LoweredOperandKind.DynamicShared)
                    instruction.Operands[i] = LoweredOperand.Constant(operand.Bits + (ulong)dynamicShared, operand.Bytes);
            }
            if (instruction.Detail.IsArgument)
                instruction.Detail.Offset += arguments;
        }
    }
}
