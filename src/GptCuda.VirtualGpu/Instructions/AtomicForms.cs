using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.AtomicOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>atom and red.</summary>
internal static unsafe class AtomicForms
{
    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        Add<uint, Add<uint>>(table, "add", "u32|s32");
        Add<ulong, Add<ulong>>(table, "add", "u64|s64");
        Add<float, AddSingle>(table, "add", "f32");
        Add<double, Add<double>>(table, "add", "f64");
        Add<ushort, AddNarrow<HalfOperations.Half16>>(table, "add noftz", "f16");
        Add<ushort, AddNarrow<HalfOperations.BFloat16>>(table, "add noftz", "bf16");
        Add<uint, Pair<AddNarrow<HalfOperations.Half16>>>(table, "add noftz", "f16x2");
        Add<uint, Pair<AddNarrow<HalfOperations.BFloat16>>>(table, "add noftz", "bf16x2");
        Add<uint, And<uint>>(table, "and", "b32");
        Add<ulong, And<ulong>>(table, "and", "b64");
        Add<uint, Or<uint>>(table, "or", "b32");
        Add<ulong, Or<ulong>>(table, "or", "b64");
        Add<uint, Xor<uint>>(table, "xor", "b32");
        Add<ulong, Xor<ulong>>(table, "xor", "b64");
        Add<uint, Increment>(table, "inc", "u32");
        Add<uint, Decrement>(table, "dec", "u32");
        Add<uint, Minimum<uint>>(table, "min", "u32");
        Add<int, Minimum<int>>(table, "min", "s32");
        Add<ulong, Minimum<ulong>>(table, "min", "u64");
        Add<long, Minimum<long>>(table, "min", "s64");
        Add<uint, Maximum<uint>>(table, "max", "u32");
        Add<int, Maximum<int>>(table, "max", "s32");
        Add<ulong, Maximum<ulong>>(table, "max", "u64");
        Add<long, Maximum<long>>(table, "max", "s64");
        AddAtomic<uint, Exchange<uint>>(table, "exch", "b32|u32|s32|f32", "");
        AddAtomic<ulong, Exchange<ulong>>(table, "exch", "b64|u64|s64|f64", "");
        AddAtomic<ushort, CompareAndSwap<ushort>>(table, "cas", "b16|u16|s16", "2");
        AddAtomic<uint, CompareAndSwap<uint>>(table, "cas", "b32|u32|s32", "4");
        AddAtomic<ulong, CompareAndSwap<ulong>>(table, "cas", "b64|u64|s64", "8");
    }

    private static void Add<T, TOperation>(InstructionTable table, string operation, string types)
        where T : unmanaged
        where TOperation : struct, ILaneTernary<T, T, T, T>
    {
        AddAtomic<T, TOperation>(table, operation, types, "");
        table.Add("red", Modifiers(operation, types), $"m {sizeof(T)}", InstructionClass.Atomic, (instruction, slots) =>
        {
            instruction.Handler = &Reduction<T, TOperation>;
            return Bind<T>(instruction, slots, AccessKind.Reduction);
        });
    }

    private static void AddAtomic<T, TOperation>(InstructionTable table, string operation, string types, string third)
        where T : unmanaged
        where TOperation : struct, ILaneTernary<T, T, T, T> =>
        table.Add("atom", Modifiers(operation, types), $"={sizeof(T)} m {sizeof(T)} {third}", InstructionClass.Atomic, (instruction, slots) =>
        {
            instruction.Handler = &Atomic<T, TOperation>;
            return Bind<T>(instruction, slots, AccessKind.Atomic);
        });

    private static string Modifiers(string operation, string types) =>
        $"relaxed|acquire|release|acq_rel? {MemoryForms.Scopes}? global|shared|shared::cta? {operation} {types}";

    private static string? Bind<T>(LoweredInstruction instruction, string?[] slots, AccessKind kind)
        where T : unmanaged
    {
        ref InstructionDetail detail = ref instruction.Detail;
        detail.Kind = kind;
        MemoryForms.SetSpace(instruction, slots[2]);
        // Without a qualifier atom and red are relaxed at gpu scope.
        detail.Order = slots[0] is null ? MemoryOrder.Relaxed : MemoryForms.Order(slots[0]);
        detail.Scope = MemoryForms.Scope(slots[1]);
        detail.ElementBytes = sizeof(T);
        detail.Elements = 1;
        return null;
    }

    /// <summary>Both halves of a pair, each for itself.</summary>
    private struct Pair<TOperation> : ILaneTernary<uint, uint, uint, uint>
        where TOperation : struct, ILaneTernary<ushort, ushort, ushort, ushort>
    {
        public static uint Invoke(uint old, uint b, uint c) => TOperation.Invoke((ushort)old, (ushort)b, 0)
            | (uint)TOperation.Invoke((ushort)(old >> 16), (ushort)(b >> 16), 0) << 16;
    }
}
