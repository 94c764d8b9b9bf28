namespace GptCuda.VirtualGpu.Instructions;

/// <summary>szext, bmsk, fns.</summary>
internal static class BitMaskOperations
{
    /// <summary>What an amount beyond the register's width means.</summary>
    internal interface IAmount
    {
        /// <summary>The amount that is meant, 0 to 32.</summary>
        static abstract int Limit(uint amount);
    }

    internal struct Clamped : IAmount
    {
        public static int Limit(uint amount) => (int)Math.Min(amount, 32);
    }

    internal struct Wrapped : IAmount
    {
        public static int Limit(uint amount) => (int)(amount & 31);
    }

    /// <summary>The low bits, the highest of them repeated above.</summary>
    internal struct ExtendSign<TAmount> : ILaneBinary<uint, uint, uint>
        where TAmount : struct, IAmount
    {
        public static uint Invoke(uint a, uint b)
        {
            int unused = 32 - TAmount.Limit(b);
            return unused == 32 ? 0 : (uint)((int)(a << unused) >> unused);
        }
    }

    /// <summary>The low bits alone.</summary>
    internal struct ExtendZero<TAmount> : ILaneBinary<uint, uint, uint>
        where TAmount : struct, IAmount
    {
        public static uint Invoke(uint a, uint b) => a & Low(TAmount.Limit(b));
    }

    /// <summary>b ones from bit a on.</summary>
    internal struct Mask<TAmount> : ILaneBinary<uint, uint, uint>
        where TAmount : struct, IAmount
    {
        public static uint Invoke(uint a, uint b)
        {
            int start = TAmount.Limit(a);
            return Low(Math.Min(32, start + TAmount.Limit(b))) & ~Low(start);
        }
    }

    /// <summary>fns: the place of the nth set bit from a base on, up or down; all ones where there is none.</summary>
    internal struct FindNthSet : ILaneTernary<uint, uint, int, uint>
    {
        public static uint Invoke(uint mask, uint start, int nth)
        {
            if (start > 31)
                return uint.MaxValue;
            if (nth == 0)
                return (mask >> (int)start & 1) != 0 ? start : uint.MaxValue;
            long left = Math.Abs((long)nth);
            for (int at = (int)start; at is >= 0 and < 32; at += Math.Sign(nth))
            {
                if ((mask >> at & 1) != 0 && --left == 0)
                    return (uint)at;
            }
            return uint.MaxValue;
        }
    }

    private static uint Low(int bits) => bits == 32 ? uint.MaxValue : (1u << bits) - 1;
}
