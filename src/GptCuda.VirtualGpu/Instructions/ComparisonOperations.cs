using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Comparisons into predicates and into registers, and selections by predicates.</summary>
internal static unsafe class ComparisonOperations
{
    internal struct Equal<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
    }

    internal struct NotEqual<T> : IVectorComparison<T>
        where T : unmanaged
    {
        /// <remarks>Of floats: false when either is NaN.</remarks>
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) =>
            ~Vector256.Equals(a, b) & Vector256.Equals(a, a) & Vector256.Equals(b, b);
    }

    internal struct Less<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
    }

    internal struct LessOrEqual<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
    }

    internal struct Greater<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);
    }

    internal struct GreaterOrEqual<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);
    }

    /// <summary>Both are numbers.</summary>
    internal struct Ordered<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, a) & Vector256.Equals(b, b);
    }

    /// <summary>The unordered twin of a comparison: also true when either is NaN.</summary>
    internal struct OrUnordered<T, TComparison> : IVectorComparison<T>
        where T : unmanaged
        where TComparison : struct, IVectorComparison<T>
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) =>
            TComparison.Invoke(a, b) | ~(Vector256.Equals(a, a) & Vector256.Equals(b, b));
    }

    /// <summary>Either is NaN.</summary>
    internal struct Unordered<T> : IVectorComparison<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => ~(Vector256.Equals(a, a) & Vector256.Equals(b, b));
    }

    /// <summary>A comparison of single-precision numbers, subnormal ones taken as zeros.</summary>
    internal struct FlushedComparison<TComparison> : IVectorComparison<float>
        where TComparison : struct, IVectorComparison<float>
    {
        public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) =>
            TComparison.Invoke(FloatOperations.Flush(a), FloatOperations.Flush(b));
    }

    /// <summary>setp: p = a op b, |q = not, both combined with a third predicate when there is one.</summary>
    public static void SetPredicate<T, TComparison>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TComparison : struct, IVectorComparison<T>
    {
        byte* registers = warp.Registers;
        // Operands: p, q, a, b, c.
        uint holds = VectorLoop.Compare<T, TComparison>((T*)instruction->B.In(registers), (T*)instruction->C.In(registers));
        OperandSlot* third = &instruction->All[4];
        if (!third->IsPresent)
        {
            warp.SetPredicate(instruction->D, holds);
            if (instruction->A.IsPresent)
                warp.SetPredicate(instruction->A, ~holds);
            return;
        }
        uint other = *(uint*)third->In(registers);
        int combination = instruction->Detail->Variant;
        warp.SetPredicate(instruction->D, Combine(combination, holds, other));
        if (instruction->A.IsPresent)
            warp.SetPredicate(instruction->A, Combine(combination, ~holds, other));
    }

    /// <summary>setp of f16 or bf16, compared as f32.</summary>
    public static void SetPredicateNarrow<TFormat, TComparison>(Warp warp, Instruction* instruction)
        where TFormat : struct, HalfOperations.IFormat
        where TComparison : struct, IVectorComparison<float>
    {
        byte* registers = warp.Registers;
        float* a = stackalloc float[Warp.Lanes], b = stackalloc float[Warp.Lanes];
        ushort* narrowA = (ushort*)instruction->B.In(registers), narrowB = (ushort*)instruction->C.In(registers);
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            a[lane] = TFormat.Decode(narrowA[lane]);
            b[lane] = TFormat.Decode(narrowB[lane]);
        }
        uint holds = VectorLoop.Compare<float, TComparison>(a, b), negated = ~holds;
        OperandSlot* third = &instruction->All[4];
        if (third->IsPresent)
        {
            uint other = *(uint*)third->In(registers);
            holds = Combine(instruction->Detail->Variant, holds, other);
            negated = Combine(instruction->Detail->Variant, negated, other);
        }
        warp.SetPredicate(instruction->D, holds);
        if (instruction->A.IsPresent)
            warp.SetPredicate(instruction->A, negated);
    }

    /// <summary>set: d = all ones (or 1.0 when the result is a float) where a op b, else 0.</summary>
    public static void SetRegister<T, TComparison>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TComparison : struct, IVectorComparison<T>
    {
        byte* registers = warp.Registers;
        uint holds = VectorLoop.Compare<T, TComparison>((T*)instruction->A.In(registers), (T*)instruction->B.In(registers));
        if (instruction->C.IsPresent)
            holds = Combine(instruction->Detail->Variant, holds, *(uint*)instruction->C.In(registers));
        uint* d = (uint*)instruction->D.In(registers);
        var truth = Vector256.Create((uint)instruction->Detail->Offset);
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<uint>.Count)
        {
            Vector256<uint> value = truth & LaneMask.Expand<uint>(holds, lane);
            Vector256.ConditionalSelect(LaneMask.Expand<uint>(warp.Mask, lane), value, Vector256.Load(d + lane)).Store(d + lane);
        }
    }

    /// <summary>selp: d = p ? a : b.</summary>
    public static void Select<T>(Warp warp, Instruction* instruction)
        where T : unmanaged
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers), b = (T*)instruction->B.In(registers);
        uint chosen = *(uint*)instruction->C.In(registers), mask = warp.Mask;
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
        {
            Vector256<T> value = Vector256.ConditionalSelect(
                LaneMask.Expand<T>(chosen, lane), Vector256.Load(a + lane), Vector256.Load(b + lane));
            if (mask != LaneMask.All)
                value = Vector256.ConditionalSelect(LaneMask.Expand<T>(mask, lane), value, Vector256.Load(d + lane));
            value.Store(d + lane);
        }
    }

    /// <summary>slct: d = c >= 0 ? a : b.</summary>
    public static void SelectBySign<T, TSign, TComparison>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TSign : unmanaged
        where TComparison : struct, IVectorComparison<TSign>
    {
        byte* registers = warp.Registers;
        T* d = (T*)instruction->D.In(registers), a = (T*)instruction->A.In(registers), b = (T*)instruction->B.In(registers);
        TSign* zero = stackalloc TSign[Warp.Lanes];
        new Span<TSign>(zero, Warp.Lanes).Clear();
        uint chosen = VectorLoop.Compare<TSign, TComparison>((TSign*)instruction->C.In(registers), zero);
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((warp.Mask >> lane & 1) != 0)
                d[lane] = (chosen >> lane & 1) != 0 ? a[lane] : b[lane];
        }
    }

    private static uint Combine(int combination, uint a, uint b) => combination switch
    {
        0 => a & b,
        1 => a | b,
        _ => a ^ b,
    };
}
