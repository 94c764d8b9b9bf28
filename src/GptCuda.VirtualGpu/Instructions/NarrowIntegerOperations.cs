using System.Numerics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Integers of 24 and 16 bits in registers of 32.</summary>
internal static class NarrowIntegerOperations
{
    /// <summary>How the low 24 bits of a register are extended.</summary>
    internal interface IExtension
    {
        /// <summary>Their value.</summary>
        static abstract long Extend(uint value);
    }

    /// <summary>Which part of a product of 48 bits, or of a register, is meant: how far it lies above the lowest bit.</summary>
    internal interface IPart
    {
        /// <summary>0 or 16.</summary>
        static abstract int Shift { get; }
    }

    internal struct Unsigned24 : IExtension
    {
        public static long Extend(uint value) => value & 0xffffff;
    }

    internal struct Signed24 : IExtension
    {
        public static long Extend(uint value) => (int)(value << 8) >> 8;
    }

    internal struct Low : IPart
    {
        public static int Shift => 0;
    }

    internal struct High : IPart
    {
        public static int Shift => 16;
    }

    internal struct Multiply<TExtension, TPart> : ILaneBinary<uint, uint, uint>
        where TExtension : struct, IExtension
        where TPart : struct, IPart
    {
        public static uint Invoke(uint a, uint b) => (uint)(TExtension.Extend(a) * TExtension.Extend(b) >> TPart.Shift);
    }

    internal struct MultiplyAdd<TExtension, TPart> : ILaneTernary<uint, uint, uint, uint>
        where TExtension : struct, IExtension
        where TPart : struct, IPart
    {
        public static uint Invoke(uint a, uint b, uint c) => Multiply<TExtension, TPart>.Invoke(a, b) + c;
    }

    /// <summary>dp2a: both halves of a by two bytes of b.</summary>
    internal struct DotHalves<TA, TB, TPart> : ILaneTernary<uint, uint, uint, uint>
        where TA : unmanaged, IBinaryInteger<TA>
        where TB : unmanaged, IBinaryInteger<TB>
        where TPart : struct, IPart
    {
        public static uint Invoke(uint a, uint b, uint c)
        {
            long sum = 0;
            for (int i = 0; i < 2; i++)
            {
                sum += long.CreateTruncating(TA.CreateTruncating(a >> (16 * i)))
                    * long.CreateTruncating(TB.CreateTruncating(b >> (TPart.Shift + 8 * i)));
            }
            return c + (uint)sum;
        }
    }

    internal struct AddWrapped : ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => (ushort)(a + b);
    }

    internal struct MinimumUnsigned : ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => Math.Min(a, b);
    }

    internal struct MaximumUnsigned : ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => Math.Max(a, b);
    }

    internal struct MinimumSigned : ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => (ushort)Math.Min((short)a, (short)b);
    }

    internal struct MaximumSigned : ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => (ushort)Math.Max((short)a, (short)b);
    }

    internal struct Rectified<TOperation> : ILaneBinary<ushort, ushort, ushort>
        where TOperation : struct, ILaneBinary<ushort, ushort, ushort>
    {
        public static ushort Invoke(ushort a, ushort b) => (ushort)Math.Max((short)0, (short)TOperation.Invoke(a, b));
    }

    internal struct RectifiedMinimum : ILaneBinary<int, int, int>
    {
        public static int Invoke(int a, int b) => Math.Max(0, Math.Min(a, b));
    }

    internal struct RectifiedMaximum : ILaneBinary<int, int, int>
    {
        public static int Invoke(int a, int b) => Math.Max(0, Math.Max(a, b));
    }
}
