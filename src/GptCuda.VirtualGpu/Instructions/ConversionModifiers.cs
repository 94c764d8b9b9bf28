namespace GptCuda.VirtualGpu.Instructions;

/// <summary>.ftz and .sat of conversions, and conversions from one 16-bit format to another.</summary>
internal static class ConversionModifiers
{
    /// <summary>.ftz of a result in f32.</summary>
    internal struct FlushedResult<TIn, TOperation> : ILaneUnary<TIn, float>
        where TIn : unmanaged
        where TOperation : struct, ILaneUnary<TIn, float>
    {
        public static float Invoke(TIn a) => FloatOperations.Flush(TOperation.Invoke(a));
    }

    /// <summary>.sat of a result in f32: clamped to [0, 1]; NaN becomes 0. A subnormal number ends as 0 or as itself.</summary>
    internal struct SaturatedResult<TIn, TOperation> : ILaneUnary<TIn, float>
        where TIn : unmanaged
        where TOperation : struct, ILaneUnary<TIn, float>
    {
        public static float Invoke(TIn a) => ConversionOperations.SaturateSingle.Invoke(TOperation.Invoke(a));
    }

    /// <summary>.ftz of a source in f32.</summary>
    internal struct FlushedSource<TOperation> : ILaneUnary<float, ushort>
        where TOperation : struct, ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a) => TOperation.Invoke(FloatOperations.Flush(a));
    }

    /// <summary>.sat of a result in f16, which clamping its source gives as well: 0 and 1 are exact.</summary>
    internal struct SaturatedSource<TOperation> : ILaneUnary<float, ushort>
        where TOperation : struct, ILaneUnary<float, ushort>
    {
        public static ushort Invoke(float a) => TOperation.Invoke(ConversionOperations.SaturateSingle.Invoke(a));
    }

    internal struct Between<TFrom, TTo> : ILaneUnary<ushort, ushort>
        where TFrom : struct, HalfOperations.IFormat
        where TTo : struct, HalfOperations.IFormat
    {
        public static ushort Invoke(ushort a) => TTo.Encode(TFrom.Decode(a));
    }

    internal struct DoubleToBFloat : ILaneUnary<double, ushort>
    {
        public static ushort Invoke(double a) => HalfOperations.BFloat16.EncodeOdd(a);
    }

    internal struct NarrowToIntegral<TFormat, TRounding> : ILaneUnary<ushort, ushort>
        where TFormat : struct, HalfOperations.IFormat
        where TRounding : struct, ConversionOperations.IRounding
    {
        public static ushort Invoke(ushort a) => TFormat.Encode((float)TRounding.Round(TFormat.Decode(a)));
    }

    /// <summary>cvt.rna.tf32: ten digits behind the point, ties away from zero.</summary>
    internal struct ToTensorFloat : ILaneUnary<float, uint>
    {
        public static uint Invoke(float a) => float.IsNaN(a)
            ? FloatOperations.NaNBits
            : float.IsInfinity(a) ? BitConverter.SingleToUInt32Bits(a) : (BitConverter.SingleToUInt32Bits(a) + 0x1000) & ~0x1fffu;
    }
}
