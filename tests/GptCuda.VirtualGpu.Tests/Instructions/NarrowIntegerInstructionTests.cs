namespace GptCuda.VirtualGpu.Tests.Instructions;

/// <summary>mul24, mad24, dp2a, szext, bmsk, fns and pairs of 16-bit integers, against the definitions of the PTX ISA.</summary>
public sealed class NarrowIntegerInstructionTests
{
    private static long Extend24(ulong value, bool isSigned) =>
        isSigned ? (long)(value << 40) >> 40 : (long)(value & 0xffffff);

    [Theory]
    [InlineData("u32", false)]
    [InlineData("s32", true)]
    public void Mul24AndMad24_BothParts_AreOfThe48BitProduct(string type, bool isSigned)
    {
        foreach ((string part, int shift) in new[] { ("lo", 0), ("hi", 16) })
        {
            InstructionRunner.Check($"mul24.{part}.{type} %d, %a, %b;", 4, [4, 4],
                (a, b, _) => (ulong)(Extend24(a, isSigned) * Extend24(b, isSigned) >> shift));
            InstructionRunner.Check($"mad24.{part}.{type} %d, %a, %b, %c;", 4, [4, 4, 4],
                (a, b, c) => (ulong)(Extend24(a, isSigned) * Extend24(b, isSigned) >> shift) + c);
        }
    }

    [Fact]
    public void Dp2a_HalvesTimesBytes_AddsTwoProducts()
    {
        InstructionRunner.Check("dp2a.lo.s32.u32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) =>
            c + (ulong)((short)a * (byte)b + (short)(a >> 16) * (byte)(b >> 8)));
        InstructionRunner.Check("dp2a.hi.u32.s32 %d, %a, %b, %c;", 4, [4, 4, 4], (a, b, c) =>
            c + (ulong)((ushort)a * (sbyte)(b >> 16) + (ushort)(a >> 16) * (sbyte)(b >> 24)));
    }

    [Fact]
    public void Pairs_MinimaMaximaAndSums_HalfByHalf()
    {
        static ulong Both(ulong a, ulong b, Func<ushort, ushort, int> half) =>
            (ushort)half((ushort)a, (ushort)b) | (ulong)(ushort)half((ushort)(a >> 16), (ushort)(b >> 16)) << 16;
        InstructionRunner.Check("min.s16x2 %d, %a, %b;", 4, [4, 4], (a, b, _) => Both(a, b, (x, y) => Math.Min((short)x, (short)y)));
        InstructionRunner.Check("max.u16x2 %d, %a, %b;", 4, [4, 4], (a, b, _) => Both(a, b, (x, y) => Math.Max(x, y)));
        InstructionRunner.Check("add.u16x2 %d, %a, %b;", 4, [4, 4], (a, b, _) => Both(a, b, (x, y) => x + y));
        InstructionRunner.Check(
            "max.relu.s16x2 %d, %a, %b;", 4, [4, 4], (a, b, _) => Both(a, b, (x, y) => Math.Max(0, (int)Math.Max((short)x, (short)y))));
        InstructionRunner.Check("min.relu.s32 %d, %a, %b;", 4, [4, 4], (a, b, _) => (ulong)Math.Max(0, Math.Min((int)a, (int)b)));
    }

    [Theory]
    [InlineData("clamp")]
    [InlineData("wrap")]
    public void SzextAndBmsk_AmountsBeyondTheWidth_ClampOrWrap(string mode)
    {
        int Limit(ulong amount) => mode == "wrap" ? (int)(amount & 31) : (int)Math.Min(amount, 32);
        InstructionRunner.Check($"szext.{mode}.u32 %d, %a, %b;", 4, [4, 4], (a, b, _) => a & ((1ul << Limit(b)) - 1));
        InstructionRunner.Check($"szext.{mode}.s32 %d, %a, %b;", 4, [4, 4], (a, b, _) =>
            Limit(b) == 0 ? 0 : (ulong)((long)(a << (64 - Limit(b))) >> (64 - Limit(b))));
        InstructionRunner.Check($"bmsk.{mode}.b32 %d, %a, %b;", 4, [4, 4], (a, b, _) => ((1ul << Limit(b)) - 1) << Limit(a));
    }

    [Fact]
    public void Fns_NthSetBitFromABase_UpAndDown()
    {
        InstructionRunner.Check("and.b32 %x, %b, 31; bfe.s32 %y, %c, 0, 5; fns.b32 %d, %a, %x, %y;", 4, [4, 4, 4], (a, b, c) =>
        {
            int start = (int)(b & 31), nth = (int)((long)(c << 59) >> 59);
            if (nth == 0)
                return (a >> start & 1) != 0 ? (ulong)start : ulong.MaxValue;
            IEnumerable<int> places = nth > 0 ? Enumerable.Range(start, 32 - start) : Enumerable.Range(0, start + 1).Reverse();
            return (ulong)places.Where(place => (a >> place & 1) != 0).Select(place => (long)place)
                .Skip(Math.Abs(nth) - 1).FirstOrDefault(-1);
        });
    }
}
