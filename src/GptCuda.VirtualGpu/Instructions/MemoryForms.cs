using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>ld, ldu, st, prefetch and their spaces, orders, scopes, cache operators and vectors.</summary>
internal static unsafe class MemoryForms
{
    internal const string Types = "b8|b16|b32|b64|u8|u16|u32|u64|s8|s16|s32|s64|f16|bf16|f32|f64|f16x2|bf16x2";
    internal const string Scopes = "cta|cluster|gpu|sys";
    private const string FirstLevel =
        "L1::evict_normal|L1::evict_unchanged|L1::evict_first|L1::evict_last|L1::no_allocate";
    private const string Eviction = "L2::evict_normal|L2::evict_first|L2::evict_last";
    private const string Prefetch = "L2::64B|L2::128B|L2::256B";

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        const string loadSpaces = "const|global|local|param|param::entry|param::func|shared|shared::cta";
        const string storeSpaces = "global|local|param|param::func|shared|shared::cta";
        table.Add(
            "ld",
            $"weak|volatile|relaxed|acquire? {Scopes}? {loadSpaces}? ca|cg|cs|lu|cv? nc? {FirstLevel}? {Eviction}? {Prefetch}? "
            + $"v2|v4|v8? {Types}",
            "=* m", InstructionClass.Global, BindLoad);
        table.Add(
            "ld",
            $"weak|relaxed|acquire? {Scopes}? global? ca|cg|cs|lu|cv? nc? {FirstLevel}? L2::cache_hint {Prefetch}? v2|v4|v8? {Types}",
            "=* m 8", InstructionClass.Global, (instruction, slots) => BindLoad(WithoutPolicy(instruction), slots));
        table.Add("ldu", $"global? v2|v4? {Types}", "=* m", InstructionClass.Global, (instruction, slots) =>
            BindLoad(instruction, [null, null, slots[0], null, "nc", null, null, null, slots[1], slots[2]]));
        table.Add(
            "st",
            $"weak|volatile|relaxed|release? {Scopes}? {storeSpaces}? wb|cg|cs|wt? {FirstLevel}? {Eviction}? v2|v4|v8? {Types}",
            "m *", InstructionClass.Global, BindStore);
        table.Add(
            "st",
            $"weak|relaxed|release? {Scopes}? global? wb|cg|cs|wt? {FirstLevel}? L2::cache_hint v2|v4|v8? {Types}",
            "m * 8", InstructionClass.Global, (instruction, slots) => BindStore(WithoutPolicy(instruction), slots));
        // How the L2 keeps a line changes nothing that a program can see.
        const string primary = "L2::evict_last|L2::evict_normal|L2::evict_first|L2::evict_unchanged";
        const string other = "L2::evict_first|L2::evict_unchanged";
        table.Add("createpolicy", $"fractional {primary} {other}? b64", "=8 4?", &MemoryOperations.CreatePolicy, InstructionClass.Integer);
        table.Add(
            "createpolicy", $"range global? {primary} {other}? b64", "=8 m 4 4", &MemoryOperations.CreatePolicy, InstructionClass.Integer);
        // A prefetch changes nothing that a program can see; its address may even be wild.
        table.Add("prefetch", "global|local? L1|L2", "m", &MemoryOperations.Prefetch, InstructionClass.Global);
        table.Add("prefetch", "global L2::evict_last|L2::evict_normal", "m", &MemoryOperations.Prefetch, InstructionClass.Global);
        table.Add("prefetchu", "L1", "m", &MemoryOperations.Prefetch, InstructionClass.Global);
        table.Add("applypriority", "global? L2::evict_normal", "m i", &MemoryOperations.Prefetch, InstructionClass.Global);
    }

    /// <summary>The state space that a modifier names; null for none, which means generic.</summary>
    public static StateSpace? Space(string? name) => name switch
    {
        "global" => StateSpace.Global,
        "const" => StateSpace.Constant,
        "shared" or "shared::cta" => StateSpace.Shared,
        "local" => StateSpace.Local,
        "param" or "param::entry" or "param::func" => StateSpace.Parameter,
        _ => null,
    };

    /// <summary>The memory order that a modifier names.</summary>
    public static MemoryOrder Order(string? name) => name switch
    {
        "volatile" => MemoryOrder.Volatile,
        "relaxed" => MemoryOrder.Relaxed,
        "acquire" => MemoryOrder.Acquire,
        "release" => MemoryOrder.Release,
        "acq_rel" => MemoryOrder.AcquireRelease,
        "sc" => MemoryOrder.SequentiallyConsistent,
        _ => MemoryOrder.Weak,
    };

    /// <summary>The scope that a modifier names.</summary>
    public static MemoryScope Scope(string? name) => name switch
    {
        "cta" => MemoryScope.Block,
        "cluster" => MemoryScope.Cluster,
        "sys" => MemoryScope.System,
        _ => MemoryScope.Device,
    };

    /// <summary>Fills in where an instruction's addresses point, and the class that it is counted in.</summary>
    public static void SetSpace(LoweredInstruction instruction, string? name)
    {
        // The lowering has already turned a function's own parameters into local memory.
        if (instruction.Detail.IsArgument)
            return;
        instruction.Detail.IsGeneric = Space(name) is null;
        instruction.Detail.Space = Space(name) ?? StateSpace.Global;
    }

    /// <summary>The instruction without its last operand, a cache policy.</summary>
    private static LoweredInstruction WithoutPolicy(LoweredInstruction instruction)
    {
        instruction.Operands.RemoveAt(instruction.Operands.Count - 1);
        return instruction;
    }

    private static string? BindLoad(LoweredInstruction instruction, string?[] slots)
    {
        ref InstructionDetail detail = ref instruction.Detail;
        detail.Kind = AccessKind.Load;
        SetSpace(instruction, slots[2]);
        detail.Order = Order(slots[0]);
        detail.Scope = slots[0] == "volatile" ? MemoryScope.System : Scope(slots[1]);
        if (slots[0] is "relaxed" or "acquire" != slots[1] is not null)
            return "a scope goes with .relaxed and .acquire, and only with them";
        detail.Hints = Hints(slots[3], slots[5]) | (slots[4] is null ? 0 : CacheHints.NonCoherent);
        if (slots[4] is not null && (detail.IsGeneric || detail.Space != StateSpace.Global))
            return ".nc is for .global alone";
        if (BindElements(instruction, slots[8], slots[9], firstValue: 0, out PtxType type) is { } problem)
            return problem;
        CountBySpace(instruction);
        int register = instruction.Operands[0].Bytes;
        // A parameter at a known place is the same in every lane.
        if (detail is { Space: StateSpace.Parameter, IsGeneric: false } && instruction.Operands[^1].Kind == LoweredOperandKind.Constant)
        {
            detail.Offset += (long)instruction.Operands[^1].Bits;
            detail.Variant = type.IsSigned() ? 1 : 0;
            instruction.Handler = &MemoryOperations.LoadParameter;
            detail.AddressBytes = register;
            return null;
        }
        instruction.Handler = (detail.ElementBytes, register, type.IsSigned()) switch
        {
            (1, 2, false) => &MemoryOperations.Load<byte, ushort>,
            (1, 4, false) => &MemoryOperations.Load<byte, uint>,
            (1, 8, false) => &MemoryOperations.Load<byte, ulong>,
            (1, 2, true) => &MemoryOperations.Load<sbyte, short>,
            (1, 4, true) => &MemoryOperations.Load<sbyte, int>,
            (1, 8, true) => &MemoryOperations.Load<sbyte, long>,
            (2, 2, _) => &MemoryOperations.Load<ushort, ushort>,
            (2, 4, false) => &MemoryOperations.Load<ushort, uint>,
            (2, 8, false) => &MemoryOperations.Load<ushort, ulong>,
            (2, 4, true) => &MemoryOperations.Load<short, int>,
            (2, 8, true) => &MemoryOperations.Load<short, long>,
            (4, 4, _) => &MemoryOperations.Load<uint, uint>,
            (4, 8, false) => &MemoryOperations.Load<uint, ulong>,
            (4, 8, true) => &MemoryOperations.Load<int, long>,
            _ => &MemoryOperations.Load<ulong, ulong>,
        };
        return null;
    }

    private static string? BindStore(LoweredInstruction instruction, string?[] slots)
    {
        ref InstructionDetail detail = ref instruction.Detail;
        detail.Kind = AccessKind.Store;
        SetSpace(instruction, slots[2]);
        detail.Order = Order(slots[0]);
        detail.Scope = slots[0] == "volatile" ? MemoryScope.System : Scope(slots[1]);
        if (slots[0] is "relaxed" or "release" != slots[1] is not null)
            return "a scope goes with .relaxed and .release, and only with them";
        detail.Hints = Hints(slots[3], slots[4]);
        if (BindElements(instruction, slots[6], slots[7], firstValue: 1, out _) is { } problem)
            return problem;
        CountBySpace(instruction);
        int register = instruction.Operands[1].Bytes;
        instruction.Handler = (detail.ElementBytes, register) switch
        {
            (1, 2) => &MemoryOperations.Store<byte, ushort>,
            (1, 4) => &MemoryOperations.Store<byte, uint>,
            (1, 8) => &MemoryOperations.Store<byte, ulong>,
            (2, 2) => &MemoryOperations.Store<ushort, ushort>,
            (2, 4) => &MemoryOperations.Store<ushort, uint>,
            (2, 8) => &MemoryOperations.Store<ushort, ulong>,
            (4, 4) => &MemoryOperations.Store<uint, uint>,
            (4, 8) => &MemoryOperations.Store<uint, ulong>,
            _ => &MemoryOperations.Store<ulong, ulong>,
        };
        return null;
    }

    /// <summary>Checks the number and width of the values of a load or store, and gives constants a register's width.</summary>
    private static string? BindElements(LoweredInstruction instruction, string? vector, string? typeName, int firstValue, out PtxType type)
    {
        if (!PtxTypes.TryParse(typeName!, out type))
            return $"unknown type .{typeName}";
        ref InstructionDetail detail = ref instruction.Detail;
        detail.ElementBytes = type.Bytes();
        detail.Elements = vector is null ? 1 : vector[1] - '0';
        List<LoweredOperand> operands = instruction.Operands;
        if (operands.Count - 1 != detail.Elements)
            return $"{operands.Count - 1} values where {detail.Elements} are needed";
        // 32 bytes are for global memory, and begin with sm_100.
        int bytes = detail.Elements * detail.ElementBytes;
        bool isLong = bytes == 32 && detail.ElementBytes >= 4 && detail is { Space: StateSpace.Global, IsGeneric: false };
        if (bytes > 16 && !isLong)
            return "a vector is at most 16 bytes, or 32 of .global memory";
        int width = Math.Max(2, detail.ElementBytes);
        for (int i = firstValue; i < firstValue + detail.Elements; i++)
        {
            if (operands[i].Kind == LoweredOperandKind.Register)
                width = Math.Max(width, operands[i].Bytes);
        }
        for (int i = firstValue; i < firstValue + detail.Elements; i++)
        {
            if (operands[i].Kind == LoweredOperandKind.Constant)
                operands[i] = operands[i] with { Bytes = width };
            else if (operands[i].Bytes < detail.ElementBytes || operands[i].Bytes != width)
                return $"a register of {operands[i].Bytes * 8} bits does not suit .{typeName}";
        }
        return null;
    }

    private static CacheHints Hints(string? cacheOperator, string? firstLevel)
    {
        CacheHints hints = CacheHints.None;
        if (cacheOperator is "cs" or "lu" || firstLevel is "L1::no_allocate" or "L1::evict_first")
            hints |= CacheHints.Streaming;
        if (cacheOperator is "cg")
            hints |= CacheHints.BypassL1;
        return hints;
    }

    private static void CountBySpace(LoweredInstruction instruction)
    {
        if (instruction.Detail.IsGeneric)
            return;
        instruction.Class = instruction.Detail.Space switch
        {
            StateSpace.Shared => InstructionClass.Shared,
            StateSpace.Local when !instruction.Detail.IsArgument => InstructionClass.Local,
            StateSpace.Global => InstructionClass.Global,
            _ => InstructionClass.Constant,
        };
    }
}
