using GptCuda.VirtualGpu.Counting;
using static GptCuda.VirtualGpu.Instructions.ConversionModifiers;
using static GptCuda.VirtualGpu.Instructions.ConversionOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>cvt, from every type to every other, and cvt.pack's kin: two floats into a pair.</summary>
internal static unsafe class ConversionForms
{
    private const InstructionClass Integer = InstructionClass.Integer;
    private const InstructionClass Float = InstructionClass.Float;
    private const InstructionClass Double = InstructionClass.Double;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddIntegerTargets<sbyte>(table, "s8");
        AddIntegerTargets<byte>(table, "u8");
        AddIntegerTargets<short>(table, "s16");
        AddIntegerTargets<ushort>(table, "u16");
        AddIntegerTargets<int>(table, "s32");
        AddIntegerTargets<uint>(table, "u32");
        AddIntegerTargets<long>(table, "s64");
        AddIntegerTargets<ulong>(table, "u64");
        AddIntegerWithFloats<sbyte>(table, "s8");
        AddIntegerWithFloats<byte>(table, "u8");
        AddIntegerWithFloats<short>(table, "s16");
        AddIntegerWithFloats<ushort>(table, "u16");
        AddIntegerWithFloats<int>(table, "s32");
        AddIntegerWithFloats<uint>(table, "u32");
        AddIntegerWithFloats<long>(table, "s64");
        AddIntegerWithFloats<ulong>(table, "u64");
        AddFloats(table);
        AddNarrowFloats(table);
        AddModifiedFloats(table);
    }

    private static void AddIntegerTargets<TSource>(InstructionTable table, string source)
        where TSource : unmanaged, System.Numerics.IBinaryInteger<TSource>, System.Numerics.IMinMaxValue<TSource>
    {
        Add<TSource, sbyte>("s8");
        Add<TSource, byte>("u8");
        Add<TSource, short>("s16");
        Add<TSource, ushort>("u16");
        Add<TSource, int>("s32");
        Add<TSource, uint>("u32");
        Add<TSource, long>("s64");
        Add<TSource, ulong>("u64");

        void Add<TFrom, TTo>(string target)
            where TFrom : unmanaged, System.Numerics.IBinaryInteger<TFrom>, System.Numerics.IMinMaxValue<TFrom>
            where TTo : unmanaged, System.Numerics.IBinaryInteger<TTo>, System.Numerics.IMinMaxValue<TTo>
        {
            AddConversion<TFrom, TTo, Truncate<TFrom, TTo>>(table, $"{target} {source}", Integer);
            AddConversion<TFrom, TTo, Saturate<TFrom, TTo>>(table, $"sat {target} {source}", Integer);
        }
    }

    private static void AddIntegerWithFloats<T>(InstructionTable table, string type)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
    {
        AddConversion<T, float, IntegerToSingle<T, Nearest>>(table, $"rn f32 {type}", Float);
        AddConversion<T, float, IntegerToSingle<T, Zero>>(table, $"rz f32 {type}", Float);
        AddConversion<T, float, IntegerToSingle<T, Down>>(table, $"rm f32 {type}", Float);
        AddConversion<T, float, IntegerToSingle<T, Up>>(table, $"rp f32 {type}", Float);
        AddConversion<T, double, IntegerToDouble<T, Nearest>>(table, $"rn f64 {type}", Double);
        AddConversion<T, double, IntegerToDouble<T, Zero>>(table, $"rz f64 {type}", Double);
        AddConversion<T, double, IntegerToDouble<T, Down>>(table, $"rm f64 {type}", Double);
        AddConversion<T, double, IntegerToDouble<T, Up>>(table, $"rp f64 {type}", Double);
        AddConversion<T, ushort, IntegerToNarrow<T, HalfOperations.Half16>>(table, $"rn f16 {type}", Float);
        AddConversion<T, ushort, IntegerToNarrow<T, HalfOperations.BFloat16>>(table, $"rn bf16 {type}", Float);

        AddRounded<Nearest>("rni");
        AddRounded<Zero>("rzi");
        AddRounded<Down>("rmi");
        AddRounded<Up>("rpi");

        void AddRounded<TRounding>(string rounding)
            where TRounding : struct, IRounding
        {
            // Out of range saturates with or without .sat.
            AddConversion<float, T, SingleToInteger<T, TRounding>>(table, $"{rounding} sat? {type} f32", Float);
            AddConversion<float, T, SingleToIntegerFlushed<T, TRounding>>(table, $"{rounding} ftz sat? {type} f32", Float);
            AddConversion<double, T, DoubleToInteger<T, TRounding>>(table, $"{rounding} sat? {type} f64", Double);
            AddConversion<ushort, T, NarrowToInteger<T, HalfOperations.Half16, TRounding>>(table, $"{rounding} sat? {type} f16", Float);
            AddConversion<ushort, T, NarrowToInteger<T, HalfOperations.BFloat16, TRounding>>(table, $"{rounding} sat? {type} bf16", Float);
        }
    }

    private static void AddFloats(InstructionTable table)
    {
        AddConversion<float, double, Widen>(table, "f64 f32", Double);
        AddConversion<float, double, WidenFlushed>(table, "ftz f64 f32", Double);
        AddConversion<double, float, Narrow<Nearest>>(table, "rn f32 f64", Double);
        AddConversion<double, float, Narrow<Zero>>(table, "rz f32 f64", Double);
        AddConversion<double, float, Narrow<Down>>(table, "rm f32 f64", Double);
        AddConversion<double, float, Narrow<Up>>(table, "rp f32 f64", Double);
        AddConversion<float, float, RoundToIntegral<Nearest>>(table, "rni f32 f32", Float);
        AddConversion<float, float, RoundToIntegral<Zero>>(table, "rzi f32 f32", Float);
        AddConversion<float, float, RoundToIntegral<Down>>(table, "rmi f32 f32", Float);
        AddConversion<float, float, RoundToIntegral<Up>>(table, "rpi f32 f32", Float);
        AddConversion<float, float, RoundToIntegralFlushed<Nearest>>(table, "rni ftz f32 f32", Float);
        AddConversion<float, float, RoundToIntegralFlushed<Zero>>(table, "rzi ftz f32 f32", Float);
        AddConversion<float, float, RoundToIntegralFlushed<Down>>(table, "rmi ftz f32 f32", Float);
        AddConversion<float, float, RoundToIntegralFlushed<Up>>(table, "rpi ftz f32 f32", Float);
        AddConversion<double, double, RoundToIntegral64<Nearest>>(table, "rni f64 f64", Double);
        AddConversion<double, double, RoundToIntegral64<Zero>>(table, "rzi f64 f64", Double);
        AddConversion<double, double, RoundToIntegral64<Down>>(table, "rmi f64 f64", Double);
        AddConversion<double, double, RoundToIntegral64<Up>>(table, "rpi f64 f64", Double);
        AddConversion<float, float, SaturateSingle>(table, "sat f32 f32", Float);
        AddConversion<float, float, SaturateSingle>(table, "ftz sat f32 f32", Float);
        AddConversion<float, float, FlushSingle>(table, "ftz f32 f32", Float);
    }

    private static void AddNarrowFloats(InstructionTable table)
    {
        AddConversion<ushort, float, FromNarrow<HalfOperations.Half16>>(table, "f32 f16", Float);
        AddConversion<ushort, float, FromNarrow<HalfOperations.BFloat16>>(table, "f32 bf16", Float);
        AddConversion<ushort, double, FromNarrow64<HalfOperations.Half16>>(table, "f64 f16", Double);
        AddConversion<ushort, double, FromNarrow64<HalfOperations.BFloat16>>(table, "f64 bf16", Double);
        AddConversion<float, ushort, ToHalf>(table, "rn f16 f32", Float);
        AddConversion<float, ushort, ToHalfTowardsZero>(table, "rz f16 f32", Float);
        AddConversion<float, ushort, ToBFloat>(table, "rn bf16 f32", Float);
        AddConversion<float, ushort, ToBFloatTowardsZero>(table, "rz bf16 f32", Float);
        AddConversion<float, ushort, Rectified<ToHalf>>(table, "rn relu f16 f32", Float);
        AddConversion<float, ushort, Rectified<ToBFloat>>(table, "rn relu bf16 f32", Float);
        AddConversion<double, ushort, DoubleToHalf>(table, "rn f16 f64", Double);

        // a goes to the high half, b to the low one.
        AddPair<ToHalf>(table, "rn f16x2 f32");
        AddPair<ToHalfTowardsZero>(table, "rz f16x2 f32");
        AddPair<ToBFloat>(table, "rn bf16x2 f32");
        AddPair<ToBFloatTowardsZero>(table, "rz bf16x2 f32");
        AddPair<Rectified<ToHalf>>(table, "rn relu f16x2 f32");
        AddPair<Rectified<ToBFloat>>(table, "rn relu bf16x2 f32");
    }

    private static void AddModifiedFloats(InstructionTable table)
    {
        AddConversion<double, float, FlushedResult<double, Narrow<Nearest>>>(table, "rn ftz f32 f64", Float);
        AddConversion<double, float, FlushedResult<double, Narrow<Zero>>>(table, "rz ftz f32 f64", Float);
        AddConversion<double, float, SaturatedResult<double, Narrow<Nearest>>>(table, "rn sat f32 f64", Float);
        AddConversion<float, float, SaturatedResult<float, RoundToIntegral<Nearest>>>(table, "rni ftz? sat f32 f32", Float);
        AddConversion<ushort, float, FlushedResult<ushort, FromNarrow<HalfOperations.Half16>>>(table, "ftz f32 f16", Float);
        AddConversion<ushort, float, SaturatedResult<ushort, FromNarrow<HalfOperations.Half16>>>(table, "ftz? sat f32 f16", Float);
        AddConversion<float, ushort, SaturatedSource<ToHalf>>(table, "rn ftz? sat f16 f32", Float);
        AddConversion<float, ushort, FlushedSource<ToHalf>>(table, "rn ftz f16 f32", Float);
        AddConversion<float, ushort, FlushedSource<ToHalfTowardsZero>>(table, "rz ftz f16 f32", Float);
        AddConversion<float, ushort, Rectified<ToHalfTowardsZero>>(table, "rz relu f16 f32", Float);
        AddConversion<float, ushort, Rectified<ToBFloatTowardsZero>>(table, "rz relu bf16 f32", Float);
        AddPair<Rectified<ToHalfTowardsZero>>(table, "rz relu f16x2 f32");
        AddPair<Rectified<ToBFloatTowardsZero>>(table, "rz relu bf16x2 f32");
        AddConversion<ushort, ushort, Between<HalfOperations.Half16, HalfOperations.BFloat16>>(table, "rn bf16 f16", Float);
        AddConversion<ushort, ushort, Between<HalfOperations.BFloat16, HalfOperations.Half16>>(table, "rn f16 bf16", Float);
        AddConversion<double, ushort, DoubleToBFloat>(table, "rn bf16 f64", Double);
        AddIntegral<Nearest>(table, "rni");
        AddIntegral<Zero>(table, "rzi");
        AddIntegral<Down>(table, "rmi");
        AddIntegral<Up>(table, "rpi");
        AddConversion<float, uint, ToTensorFloat>(table, "rna tf32 f32", Float);
    }

    private static void AddIntegral<TRounding>(InstructionTable table, string rounding)
        where TRounding : struct, IRounding
    {
        AddConversion<ushort, ushort, NarrowToIntegral<HalfOperations.Half16, TRounding>>(table, $"{rounding} f16 f16", Float);
        AddConversion<ushort, ushort, NarrowToIntegral<HalfOperations.BFloat16, TRounding>>(table, $"{rounding} bf16 bf16", Float);
    }

    private static void AddPair<TOperation>(InstructionTable table, string modifiers)
        where TOperation : struct, ILaneUnary<float, ushort> =>
        table.Add("cvt", modifiers, "=4 4 4", &LaneLoop.Binary<float, float, uint, Pair<TOperation>>, Float);

    /// <summary>
    /// A row of cvt. Eight-bit values live in registers of 16 bits or more, and every operand may be wider than its type: a source is cut,
    /// a result is extended by its type's sign. The lowering does both with moves of its own.
    /// </summary>
    private static void AddConversion<TSource, TTarget, TOperation>(InstructionTable table, string modifiers, InstructionClass kind)
        where TSource : unmanaged
        where TTarget : unmanaged
        where TOperation : struct, ILaneUnary<TSource, TTarget>
    {
        string target = sizeof(TTarget) == 1 ? "=2+" : $"={sizeof(TTarget)}+";
        string source = sizeof(TSource) == 1 ? "2+" : $"{sizeof(TSource)}+";
        table.Add("cvt", modifiers, $"{target} {source}", (sizeof(TSource), sizeof(TTarget)) switch
        {
            (1, 1) => &LaneLoop.Unary<ushort, ushort, Stored<TSource, TTarget, TOperation>>,
            (1, _) => &LaneLoop.Unary<ushort, TTarget, FromByte<TSource, TTarget, TOperation>>,
            (_, 1) => &LaneLoop.Unary<TSource, ushort, ToByte<TSource, TTarget, TOperation>>,
            _ => &LaneLoop.Unary<TSource, TTarget, TOperation>,
        }, kind);
    }
}
