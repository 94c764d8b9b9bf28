namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// f16 and bf16 arithmetic. Sums, products and quotients computed in f32 and rounded again are exact roundings, as f32 has more than
/// twice the digits; the fused multiply-add goes through double precision rounded to odd.
/// </summary>
internal static class HalfOperations
{
    /// <summary>A 16-bit floating-point format.</summary>
    internal interface IFormat
    {
        /// <summary>The value of some bits.</summary>
        static abstract float Decode(ushort bits);

        /// <summary>The nearest bits, ties to even.</summary>
        static abstract ushort Encode(float value);

        /// <summary>The nearest bits to a sum that was rounded to odd.</summary>
        static abstract ushort EncodeOdd(double value);
    }

    internal struct Half16 : IFormat
    {
        public static float Decode(ushort bits) => NarrowFloats.FromHalf(bits);

        public static ushort Encode(float value) => NarrowFloats.ToHalf(value);

        public static ushort EncodeOdd(double value) => NarrowFloats.ToHalf(value);
    }

    internal struct BFloat16 : IFormat
    {
        public static float Decode(ushort bits) => NarrowFloats.FromBFloat(bits);

        public static ushort Encode(float value) => NarrowFloats.ToBFloat(value);

        public static ushort EncodeOdd(double value) => NarrowFloats.ToBFloat(NarrowFloats.ToSingleOdd(value));
    }

    internal struct Add<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(TFormat.Decode(a) + TFormat.Decode(b));
    }

    internal struct Subtract<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(TFormat.Decode(a) - TFormat.Decode(b));
    }

    internal struct Multiply<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(TFormat.Decode(a) * TFormat.Decode(b));
    }

    internal struct FusedMultiplyAdd<TFormat> : ILaneTernary<ushort, ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b, ushort c) =>
            TFormat.EncodeOdd(NarrowFloats.SumToOdd((double)TFormat.Decode(a) * TFormat.Decode(b), TFormat.Decode(c)));
    }

    internal struct Minimum<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(float.MinNumber(TFormat.Decode(a), TFormat.Decode(b)));
    }

    internal struct Maximum<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(float.MaxNumber(TFormat.Decode(a), TFormat.Decode(b)));
    }

    internal struct MinimumNaN<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(float.Min(TFormat.Decode(a), TFormat.Decode(b)));
    }

    internal struct MaximumNaN<TFormat> : ILaneBinary<ushort, ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a, ushort b) => TFormat.Encode(float.Max(TFormat.Decode(a), TFormat.Decode(b)));
    }

    internal struct Negate<TFormat> : ILaneUnary<ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a) => float.IsNaN(TFormat.Decode(a)) ? NarrowFloats.NaNBits : (ushort)(a ^ 0x8000);
    }

    internal struct Magnitude<TFormat> : ILaneUnary<ushort, ushort>
        where TFormat : struct, IFormat
    {
        public static ushort Invoke(ushort a) => float.IsNaN(TFormat.Decode(a)) ? NarrowFloats.NaNBits : (ushort)(a & 0x7fff);
    }

    internal struct PairUnary<TOperation> : ILaneUnary<uint, uint>
        where TOperation : struct, ILaneUnary<ushort, ushort>
    {
        public static uint Invoke(uint a) => TOperation.Invoke((ushort)a) | (uint)TOperation.Invoke((ushort)(a >> 16)) << 16;
    }

    internal struct PairBinary<TOperation> : ILaneBinary<uint, uint, uint>
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        public static uint Invoke(uint a, uint b) =>
            TOperation.Invoke((ushort)a, (ushort)b) | (uint)TOperation.Invoke((ushort)(a >> 16), (ushort)(b >> 16)) << 16;
    }

    internal struct PairTernary<TOperation> : ILaneTernary<uint, uint, uint, uint>
        where TOperation : struct, ILaneTernary<ushort, ushort, ushort, ushort>
    {
        public static uint Invoke(uint a, uint b, uint c) => TOperation.Invoke((ushort)a, (ushort)b, (ushort)c)
            | (uint)TOperation.Invoke((ushort)(a >> 16), (ushort)(b >> 16), (ushort)(c >> 16)) << 16;
    }
}
