using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using static GptCuda.VirtualGpu.Instructions.ComparisonOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>setp, set, selp, slct.</summary>
internal static unsafe class ComparisonForms
{
    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddInteger<short>(table, "s16", 2, isSigned: true);
        AddInteger<ushort>(table, "u16", 2, isSigned: false);
        AddInteger<int>(table, "s32", 4, isSigned: true);
        AddInteger<uint>(table, "u32", 4, isSigned: false);
        AddInteger<long>(table, "s64", 8, isSigned: true);
        AddInteger<ulong>(table, "u64", 8, isSigned: false);
        AddFloat<float, Equal<float>, NotEqual<float>, Less<float>, LessOrEqual<float>, Greater<float>,
        GreaterOrEqual<float>>(table, "f32", 4);
        AddFloat<double, Equal<double>, NotEqual<double>, Less<double>, LessOrEqual<double>, Greater<double>,
        GreaterOrEqual<double>>(table, "f64", 8);
        AddFloat<float,
            FlushedComparison<Equal<float>>, FlushedComparison<NotEqual<float>>, FlushedComparison<Less<float>>,
            FlushedComparison<LessOrEqual<float>>, FlushedComparison<Greater<float>>,
            FlushedComparison<GreaterOrEqual<float>>>(table, "ftz f32", 4);
        AddNarrow<HalfOperations.Half16>(table, "f16");
        AddNarrow<HalfOperations.BFloat16>(table, "bf16");

        const InstructionClass integer = InstructionClass.Integer;
        table.Add("selp", "b16|u16|s16", "=2 2 2 p", &Select<ushort>, integer);
        table.Add("selp", "b32|u32|s32|f32", "=4 4 4 p", &Select<uint>, integer);
        table.Add("selp", "b64|u64|s64|f64", "=8 8 8 p", &Select<ulong>, integer);
        table.Add("slct", "b32|u32|s32|f32 s32", "=4 4 4 4", &SelectBySign<uint, int, GreaterOrEqual<int>>, integer);
        table.Add("slct", "b32|u32|s32|f32 f32", "=4 4 4 4", &SelectBySign<uint, float, GreaterOrEqual<float>>, integer);
        // A subnormal number that is negative is flushed to -0, which counts as 0.
        table.Add(
            "slct", "ftz b32|u32|s32|f32 f32", "=4 4 4 4", &SelectBySign<uint, float, FlushedComparison<GreaterOrEqual<float>>>, integer);
        table.Add("slct", "b64|u64|s64|f64 s32", "=8 8 8 4", &SelectBySign<ulong, int, GreaterOrEqual<int>>, integer);
        table.Add("slct", "b64|u64|s64|f64 f32", "=8 8 8 4", &SelectBySign<ulong, float, GreaterOrEqual<float>>, integer);
    }

    private static void AddInteger<T>(InstructionTable table, string type, int bytes, bool isSigned)
        where T : unmanaged
    {
        const InstructionClass kind = InstructionClass.Integer;
        // The untyped form compares for equality alone.
        string either = isSigned ? type : $"{type}|b{bytes * 8}";
        Add<T, Equal<T>>(table, "eq", either, bytes, kind);
        Add<T, NotEqual<T>>(table, "ne", either, bytes, kind);
        Add<T, Less<T>>(table, isSigned ? "lt" : "lt|lo", type, bytes, kind);
        Add<T, LessOrEqual<T>>(table, isSigned ? "le" : "le|ls", type, bytes, kind);
        Add<T, Greater<T>>(table, isSigned ? "gt" : "gt|hi", type, bytes, kind);
        Add<T, GreaterOrEqual<T>>(table, isSigned ? "ge" : "ge|hs", type, bytes, kind);
    }

    private static void AddFloat<T, TEqual, TNotEqual, TLess, TLessOrEqual, TGreater, TGreaterOrEqual>(
        InstructionTable table, string type, int bytes)
        where T : unmanaged
        where TEqual : struct, IVectorComparison<T>
        where TNotEqual : struct, IVectorComparison<T>
        where TLess : struct, IVectorComparison<T>
        where TLessOrEqual : struct, IVectorComparison<T>
        where TGreater : struct, IVectorComparison<T>
        where TGreaterOrEqual : struct, IVectorComparison<T>
    {
        InstructionClass kind = bytes == 8 ? InstructionClass.Double : InstructionClass.Float;
        Add<T, TEqual>(table, "eq", type, bytes, kind);
        Add<T, TNotEqual>(table, "ne", type, bytes, kind);
        Add<T, TLess>(table, "lt", type, bytes, kind);
        Add<T, TLessOrEqual>(table, "le", type, bytes, kind);
        Add<T, TGreater>(table, "gt", type, bytes, kind);
        Add<T, TGreaterOrEqual>(table, "ge", type, bytes, kind);
        Add<T, OrUnordered<T, TEqual>>(table, "equ", type, bytes, kind);
        Add<T, OrUnordered<T, TNotEqual>>(table, "neu", type, bytes, kind);
        Add<T, OrUnordered<T, TLess>>(table, "ltu", type, bytes, kind);
        Add<T, OrUnordered<T, TLessOrEqual>>(table, "leu", type, bytes, kind);
        Add<T, OrUnordered<T, TGreater>>(table, "gtu", type, bytes, kind);
        Add<T, OrUnordered<T, TGreaterOrEqual>>(table, "geu", type, bytes, kind);
        Add<T, Ordered<T>>(table, "num", type, bytes, kind);
        Add<T, Unordered<T>>(table, "nan", type, bytes, kind);
    }

    private static void AddNarrow<TFormat>(InstructionTable table, string type)
        where TFormat : struct, HalfOperations.IFormat
    {
        AddNarrow<TFormat, Equal<float>>(table, "eq", type);
        AddNarrow<TFormat, NotEqual<float>>(table, "ne", type);
        AddNarrow<TFormat, Less<float>>(table, "lt", type);
        AddNarrow<TFormat, LessOrEqual<float>>(table, "le", type);
        AddNarrow<TFormat, Greater<float>>(table, "gt", type);
        AddNarrow<TFormat, GreaterOrEqual<float>>(table, "ge", type);
        AddNarrow<TFormat, OrUnordered<float, Equal<float>>>(table, "equ", type);
        AddNarrow<TFormat, OrUnordered<float, NotEqual<float>>>(table, "neu", type);
        AddNarrow<TFormat, OrUnordered<float, Less<float>>>(table, "ltu", type);
        AddNarrow<TFormat, OrUnordered<float, LessOrEqual<float>>>(table, "leu", type);
        AddNarrow<TFormat, OrUnordered<float, Greater<float>>>(table, "gtu", type);
        AddNarrow<TFormat, OrUnordered<float, GreaterOrEqual<float>>>(table, "geu", type);
        AddNarrow<TFormat, Ordered<float>>(table, "num", type);
        AddNarrow<TFormat, Unordered<float>>(table, "nan", type);
    }

    private static void AddNarrow<TFormat, TComparison>(InstructionTable table, string comparison, string type)
        where TFormat : struct, HalfOperations.IFormat
        where TComparison : struct, IVectorComparison<float> =>
        AddPredicateForm(table, comparison, type, 2, InstructionClass.Float, &SetPredicateNarrow<TFormat, TComparison>);

    private static void Add<T, TComparison>(InstructionTable table, string comparison, string type, int bytes, InstructionClass kind)
        where T : unmanaged
        where TComparison : struct, IVectorComparison<T>
    {
        AddPredicateForm(table, comparison, type, bytes, kind, &SetPredicate<T, TComparison>);
        // set.CmpOp{.ftz}.dtype.stype puts the result's type before the compared one's.
        string[] parts = type.Split(' ');
        string before = string.Join(' ', [comparison, .. parts[..^1]]);
        string combined = string.Join(' ', [comparison, "and|or|xor", .. parts[..^1]]);
        AddRegisterForm(
            table, $"{before} u32|s32|f32 {parts[^1]}", $"=4 {bytes} {bytes}", parts.Length, kind, &SetRegister<T, TComparison>);
        AddRegisterForm(
            table, $"{combined} u32|s32|f32 {parts[^1]}", $"=4 {bytes} {bytes} p", parts.Length + 1, kind, &SetRegister<T, TComparison>);
    }

    private static void AddPredicateForm(
        InstructionTable table, string comparison, string type, int bytes, InstructionClass kind, delegate*<Warp, Instruction*, void> handler)
    {
        table.Add("setp", $"{comparison} {type}", $"=p|p? {bytes} {bytes}", handler, kind);
        nint address = (nint)handler;
        table.Add("setp", $"{comparison} and|or|xor {type}", $"=p|p? {bytes} {bytes} p", kind, (instruction, slots) =>
        {
            instruction.Handler = (delegate*<Warp, Instruction*, void>)address;
            instruction.Detail.Variant = Combination(slots[1]);
            return null;
        });
    }

    private static void AddRegisterForm(
        InstructionTable table, string modifiers, string operands, int typeSlot, InstructionClass kind, delegate*<Warp, Instruction*, void> handler)
    {
        nint address = (nint)handler;
        table.Add("set", modifiers, operands, kind, (instruction, slots) =>
        {
            instruction.Handler = (delegate*<Warp, Instruction*, void>)address;
            instruction.Detail.Variant = Combination(slots[1]);
            instruction.Detail.Offset = slots[typeSlot] == "f32" ? 0x3f800000 : uint.MaxValue;
            return null;
        });
    }

    private static int Combination(string? name) => name switch
    {
        "and" => 0,
        "or" => 1,
        _ => 2,
    };
}
