using System.Numerics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>Bit counts, fields and byte permutations.</summary>
internal static class BitFieldOperations
{
    internal struct PopCount<T> : ILaneUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Invoke(T a) => uint.CreateTruncating(T.PopCount(a));
    }

    internal struct LeadingZeros<T> : ILaneUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Invoke(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
    }

    internal struct Reverse32 : ILaneUnary<uint, uint>
    {
        public static uint Invoke(uint a)
        {
            a = (a >> 1 & 0x55555555) | (a & 0x55555555) << 1;
            a = (a >> 2 & 0x33333333) | (a & 0x33333333) << 2;
            a = (a >> 4 & 0x0F0F0F0F) | (a & 0x0F0F0F0F) << 4;
            return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
        }
    }

    internal struct Reverse64 : ILaneUnary<ulong, ulong>
    {
        public static ulong Invoke(ulong a) => (ulong)Reverse32.Invoke((uint)a) << 32 | Reverse32.Invoke((uint)(a >> 32));
    }

    /// <summary>The highest bit that differs from the sign, or all ones when there is none.</summary>
    internal struct FindHighest<T> : ILaneUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Invoke(T a)
        {
            T x = T.IsNegative(a) ? ~a : a;
            return T.IsZero(x)
                ? uint.MaxValue
                : (uint)(System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8 - 1) - LeadingZeros<T>.Invoke(x);
        }
    }

    /// <summary>As <see cref="FindHighest{T}"/>, given as the left shift that brings it to the top.</summary>
    internal struct FindShift<T> : ILaneUnary<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Invoke(T a)
        {
            T x = T.IsNegative(a) ? ~a : a;
            return T.IsZero(x) ? uint.MaxValue : LeadingZeros<T>.Invoke(x);
        }
    }

    /// <summary>bfe: position and length are bytes; bits beyond the top are the sign of a signed field, else 0.</summary>
    internal struct Extract<T> : ILaneTernary<T, uint, uint, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T a, uint position, uint length)
        {
            int bits = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8;
            int start = (int)(position & 255), count = (int)(length & 255);
            if (count == 0)
                return T.Zero;
            int top = Math.Min(start + count, bits) - 1;
            bool negative = T.IsNegative(T.Zero - T.One) && !T.IsZero((a >> Math.Min(top, bits - 1)) & T.One);
            if (start >= bits)
                return negative ? T.AllBitsSet : T.Zero;
            int kept = top - start + 1;
            T field = (a >> start) & (kept == bits ? T.AllBitsSet : (T.One << kept) - T.One);
            return negative && kept < bits ? field | (T.AllBitsSet << kept) : field;
        }
    }

    /// <summary>bfi: the low bits of a are put into b.</summary>
    public static T Insert<T>(T a, T b, uint position, uint length)
        where T : unmanaged, IBinaryInteger<T>
    {
        int bits = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8;
        int start = (int)(position & 255), count = (int)(length & 255);
        if (start >= bits || count == 0)
            return b;
        count = Math.Min(count, bits - start);
        T field = (count == bits ? T.AllBitsSet : (T.One << count) - T.One) << start;
        return (b & ~field) | ((a << start) & field);
    }

    /// <summary>prmt without a mode: four nibbles choose bytes of {b, a}; a nibble's top bit spreads the byte's sign instead.</summary>
    internal struct Permute : ILaneTernary<uint, uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b, uint selector)
        {
            ulong bytes = (ulong)b << 32 | a;
            uint result = 0;
            for (int i = 0; i < 4; i++)
            {
                uint nibble = selector >> (4 * i) & 15;
                uint value = (uint)(bytes >> (int)(8 * (nibble & 7))) & 255;
                if ((nibble & 8) != 0)
                    value = (value & 128) != 0 ? 255u : 0;
                result |= value << (8 * i);
            }
            return result;
        }
    }

    /// <summary>The modes of prmt, as the selector of the general form for each value of the control's two low bits.</summary>
    internal static uint PermuteSelector(string mode, uint control) => (mode, control & 3) switch
    {
        ("f4e", 0) => 0x3210,
        ("f4e", 1) => 0x4321,
        ("f4e", 2) => 0x5432,
        ("f4e", _) => 0x6543,
        ("b4e", 0) => 0x5670,
        ("b4e", 1) => 0x6701,
        ("b4e", 2) => 0x7012,
        ("b4e", _) => 0x0123,
        ("rc8", uint byteIndex) => byteIndex * 0x1111,
        ("ecl", 0) => 0x3210,
        ("ecl", 1) => 0x3211,
        ("ecl", 2) => 0x3222,
        ("ecl", _) => 0x3333,
        ("ecr", 0) => 0x0000,
        ("ecr", 1) => 0x1110,
        ("ecr", 2) => 0x2210,
        ("ecr", _) => 0x3210,
        ("rc16", 0) or ("rc16", 2) => 0x1010,
        _ => 0x3232,
    };
}
