namespace GptCuda.VirtualGpu.Instructions;

/// <summary>.ftz, .sat and .relu of f16 and bf16 operations, and functions that are computed in f32.</summary>
internal static class HalfModifiers
{
    /// <summary>.ftz of f16: subnormal numbers become zeros of their sign.</summary>
    private static ushort Flush(ushort value) => (value & 0x7c00) == 0 ? (ushort)(value & 0x8000) : value;

    /// <summary>.sat of f16: clamped to [0, 1]; NaN becomes 0.</summary>
    private static ushort Saturate(ushort value) => value is 0 or > 0x7c00 ? (ushort)0 : Math.Min(value, (ushort)0x3c00);

    /// <summary>.relu: negative numbers become 0, NaN stays.</summary>
    private static ushort Rectify(ushort value) => (value & 0x8000) != 0 ? (ushort)0 : value;

    internal struct FlushedUnary<TOperation> : ILaneUnary<ushort, ushort>
        where TOperation : struct, ILaneUnary<ushort, ushort>
    {
        public static ushort Invoke(ushort a) => Flush(TOperation.Invoke(Flush(a)));
    }

    internal struct FlushedBinary<TOperation> : ILaneBinary<ushort, ushort, ushort>
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => Flush(TOperation.Invoke(Flush(a), Flush(b)));
    }

    internal struct FlushedTernary<TOperation> : ILaneTernary<ushort, ushort, ushort, ushort>
        where TOperation : struct, ILaneTernary<ushort, ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b, ushort c) => Flush(TOperation.Invoke(Flush(a), Flush(b), Flush(c)));
    }

    internal struct SaturatedBinary<TOperation> : ILaneBinary<ushort, ushort, ushort>
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => Saturate(TOperation.Invoke(a, b));
    }

    internal struct SaturatedTernary<TOperation> : ILaneTernary<ushort, ushort, ushort, ushort>
        where TOperation : struct, ILaneTernary<ushort, ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b, ushort c) => Saturate(TOperation.Invoke(a, b, c));
    }

    internal struct RectifiedTernary<TOperation> : ILaneTernary<ushort, ushort, ushort, ushort>
        where TOperation : struct, ILaneTernary<ushort, ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b, ushort c) => Rectify(TOperation.Invoke(a, b, c));
    }

    /// <summary>ex2 and tanh: as in f32, rounded.</summary>
    internal struct Approximate<TFormat, TOperation> : ILaneUnary<ushort, ushort>
        where TFormat : struct, HalfOperations.IFormat
        where TOperation : struct, ILaneUnary<float, float>
    {
        public static ushort Invoke(ushort a) => TFormat.Encode(TOperation.Invoke(TFormat.Decode(a)));
    }
}
