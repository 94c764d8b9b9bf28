using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Turns a lowered kernel into pinned instructions: registers placed, constants pooled, blocks cut.</summary>
internal sealed unsafe class KernelEncoder
{
    /// <summary>Slots an instruction has at least: handlers ask for optional operands up to here whether they are written or not.</summary>
    private const int MinimumSlots = 6;

    private readonly PtxText _text;
    private readonly int[] _offsets;
    private readonly byte* _constants;
    private readonly Dictionary<(ulong Bits, int Bytes), int> _constantOffsets = [];
    private readonly byte[] _constantPool;
    private int _constantBytes;

    private KernelEncoder(LoweredKernel kernel, PtxText text, int[] offsets)
    {
        _text = text;
        _offsets = offsets;
        int most = kernel.Instructions.Sum(instruction => instruction.Operands.Sum(operand =>
            operand.Kind == LoweredOperandKind.Constant ? RegisterAllocation.PlaceBytes(8) : 0));
        _constantPool = GC.AllocateArray<byte>(most + 64, pinned: true);
        _constants = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_constantPool, 0);
    }

    /// <summary>Encodes <paramref name="lowered"/>, the lowered form of <paramref name="function"/>.</summary>
    public static Kernel Encode(PtxText text, PtxFunction function, LoweredKernel lowered)
    {
        BasicBlock[] blocks = ControlFlowGraph.Build(lowered.Instructions);
        (int[] offsets, int fileBytes) = RegisterAllocation.Place(lowered, blocks);
        var encoder = new KernelEncoder(lowered, text, offsets);
        int count = lowered.Instructions.Count;
        var code = GC.AllocateArray<Instruction>(count, pinned: true);
        var details = GC.AllocateArray<InstructionDetail>(count, pinned: true);
        var slots = GC.AllocateArray<OperandSlot>(count * MinimumSlots + lowered.Instructions.Sum(instruction => instruction.Operands.Count), pinned: true);
        var sources = new InstructionSource[count];
        var streamed = StreamedRegisters(lowered);
        int slot = 0;
        for (int i = 0; i < count; i++)
        {
            LoweredInstruction instruction = lowered.Instructions[i];
            details[i] = instruction.Detail;
            var all = (OperandSlot*)Marshal.UnsafeAddrOfPinnedArrayElement(slots, slot);
            for (int operand = 0; operand < instruction.Operands.Count; operand++)
                all[operand] = encoder.Slot(instruction.Operands[operand]);
            slot += Math.Max(MinimumSlots, instruction.Operands.Count);
            bool usesStreamed = instruction.Operands.Exists(operand =>
                !operand.IsResult && operand.Kind == LoweredOperandKind.Register && streamed.Contains(operand.Register));
            code[i] = new Instruction
            {
                Handler = usesStreamed && instruction.Handler is not null ? &FirstUse : instruction.Handler,
                Inner = instruction.Handler,
                D = all[0],
                A = all[1],
                B = all[2],
                C = all[3],
                All = all,
                Detail = (InstructionDetail*)Marshal.UnsafeAddrOfPinnedArrayElement(details, i),
                Guard = instruction.Guard < 0 ? -1 : offsets[instruction.Guard],
                GuardInverted = instruction.GuardInverted ? uint.MaxValue : 0,
                Index = i,
                Class = instruction.Class,
            };
            sources[i] = encoder.Source(instruction.Statement);
        }
        return new Kernel
        {
            Name = function.Name,
            Module = text.Name,
            Parameters = lowered.Parameters,
            StaticSharedBytes = lowered.SharedBytes,
            LocalBytes = lowered.LocalBytes,
            FrameBytes = lowered.FrameBytes,
            MaximumThreads = function.MaximumThreads,
            RequiredThreads = function.RequiredThreads,
            MinimumBlocks = function.MinimumBlocks,
            Code = code,
            Blocks = blocks,
            Classes = [.. blocks.Select(block => CountClasses(lowered, block))],
            Specials = [.. lowered.Specials.Where(special => offsets[special.Register] >= 0)
                .Select(special => (special.Special, offsets[special.Register]))],
            RegisterFileBytes = fileBytes,
            Sources = sources,
            OrdersBlocks = blocks.Any(block => block.NeedsTurn),
            Pinned = [details, slots, encoder._constantPool],
        };
    }

    /// <summary>The registers that a streaming load gives, whose first use ends what a warp has in flight.</summary>
    private static HashSet<int> StreamedRegisters(LoweredKernel lowered) =>
        [.. lowered.Instructions.Where(instruction => instruction.Detail.Kind == AccessKind.Load && instruction.Detail.Hints.HasFlag(CacheHints.Streaming))
            .SelectMany(instruction => instruction.Operands).Where(operand => operand.IsResult).Select(operand => operand.Register)];

    private static void FirstUse(Warp warp, Instruction* instruction)
    {
        if (!warp.HasUsedStreamed && warp.HasStreamed)
        {
            warp.HasUsedStreamed = true;
            warp.Block.Checker.StreamedValueUsed(warp.Index);
        }
        instruction->Inner(warp, instruction);
    }

    private static int[] CountClasses(LoweredKernel lowered, BasicBlock block)
    {
        var counts = new int[Enum.GetValues<InstructionClass>().Length];
        for (int i = block.Start; i < block.End; i++)
            counts[(int)lowered.Instructions[i].Class]++;
        return counts;
    }

    private OperandSlot Slot(LoweredOperand operand) => operand.Kind switch
    {
        LoweredOperandKind.Register => OperandSlot.Register(_offsets[operand.Register]),
        LoweredOperandKind.Constant => OperandSlot.Constant(_constants + ConstantOffset(operand.Bits, operand.Bytes)),
        _ => default,
    };

    private int ConstantOffset(ulong bits, int bytes)
    {
        if (bytes is > 0 and < 8)
            bits &= (1ul << (bytes * 8)) - 1;
        if (_constantOffsets.TryGetValue((bits, bytes), out int offset))
            return offset;
        offset = (_constantBytes + 31) / 32 * 32;
        _constantBytes = offset + RegisterAllocation.PlaceBytes(bytes);
        _constantOffsets.Add((bits, bytes), offset);
        for (int at = 0; at < RegisterAllocation.PlaceBytes(bytes); at++)
            _constants[offset + at] = (byte)(bits >> (8 * (at % Math.Max(1, bytes == 0 ? 4 : bytes))));
        return offset;
    }

    private InstructionSource Source(PtxStatement statement)
    {
        string? file = statement.Location.Line > 0 && _text.Files.TryGetValue(statement.Location.File, out string? path) ? path : null;
        string guard = statement.Guard is null ? "" : $"@{statement.Guard} ";
        string operands = statement.Operands.Count == 0 ? "" : " " + string.Join(", ", statement.Operands);
        return new InstructionSource(statement.Line, $"{guard}{statement.Spelling}{operands};", file, statement.Location.Line);
    }
}
