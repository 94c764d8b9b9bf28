using System.Numerics;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// shfl, vote, match, redux: lanes exchange values. Every lane that a mask names has to execute the instruction together with the
/// others; hardware waits or misbehaves where one does not, so here it is a fault.
/// </summary>
internal static unsafe class ExchangeOperations
{
    /// <summary>shfl.sync. Operands: d, p, a, b, c, mask.</summary>
    public static void Shuffle(Warp warp, Instruction* instruction)
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->All[5].In(registers);
        uint* a = (uint*)instruction->B.In(registers), b = (uint*)instruction->C.In(registers);
        uint* c = (uint*)instruction->All[4].In(registers), d = (uint*)instruction->D.In(registers);
        uint* results = stackalloc uint[Warp.Lanes];
        if (instruction->Detail->Variant == (int)ShuffleMode.Butterfly && warp.Mask == LaneMask.All
            && IsUniform(masks, LaneMask.All) && IsUniform(c, 31) && IsUniform(b, b[0]))
        {
            // What a reduction over the whole warp does: every lane is in range.
            uint flip = b[0] & 31;
            for (uint lane = 0; lane < Warp.Lanes; lane++)
                results[lane] = a[lane ^ flip];
            new Span<uint>(results, Warp.Lanes).CopyTo(new Span<uint>(d, Warp.Lanes));
            if (instruction->A.IsPresent)
                warp.SetPredicate(instruction->A, LaneMask.All);
            return;
        }
        RequireLanes(warp, instruction, masks);
        uint inRange = 0;
        var mode = (ShuffleMode)instruction->Detail->Variant;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            int amount = (int)(b[lane] & 31), clamp = (int)(c[lane] & 31), segment = (int)(c[lane] >> 8 & 31);
            int highest = (lane & segment) | (clamp & ~segment), lowest = lane & segment;
            (int source, bool valid) = mode switch
            {
                ShuffleMode.Up => (lane - amount, lane - amount >= highest),
                ShuffleMode.Down => (lane + amount, lane + amount <= highest),
                ShuffleMode.Butterfly => (lane ^ amount, (lane ^ amount) <= highest),
                _ => (lowest | (amount & ~segment), (lowest | (amount & ~segment)) <= highest),
            };
            if (!valid)
                source = lane;
            else
                inRange |= 1u << lane;
            if ((masks[lane] >> source & 1) == 0)
            {
                throw warp.Fault(FaultKind.InactiveLane, instruction, lane,
                    $"lane {lane} reads from lane {source}, which its mask 0x{masks[lane]:x8} does not name: what it gets is undefined");
            }
            results[lane] = a[source];
        }
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            d[lane] = results[lane];
        }
        if (instruction->A.IsPresent)
            warp.SetPredicate(instruction->A, inRange);
    }

    /// <summary>vote.sync.all, any, uni into a predicate. Operands: p, a, mask.</summary>
    public static void Vote(Warp warp, Instruction* instruction)
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->B.In(registers);
        RequireLanes(warp, instruction, masks);
        uint votes = *(uint*)instruction->A.In(registers), results = 0;
        for (uint rest = warp.Mask; rest != 0;)
        {
            uint group = TakeGroup(ref rest, masks);
            bool result = instruction->Detail->Variant switch
            {
                0 => (votes & group) == group,
                1 => (votes & group) != 0,
                _ => (votes & group) == 0 || (votes & group) == group,
            };
            if (result)
                results |= group;
        }
        warp.SetPredicate(instruction->D, results);
    }

    /// <summary>vote.sync.ballot. Operands: d, a, mask.</summary>
    public static void Ballot(Warp warp, Instruction* instruction)
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->B.In(registers);
        RequireLanes(warp, instruction, masks);
        uint votes = *(uint*)instruction->A.In(registers);
        for (uint rest = warp.Mask; rest != 0;)
        {
            uint group = TakeGroup(ref rest, masks);
            Fill(group, (uint*)instruction->D.In(registers), votes & group);
        }
    }

    /// <summary>activemask</summary>
    public static void ActiveMask(Warp warp, Instruction* instruction) =>
        Fill(warp.Mask, (uint*)instruction->D.In(warp.Registers), warp.Mask);

    /// <summary>elect.sync: here the lowest lane of each mask leads. Operands: d, p, mask.</summary>
    public static void Elect(Warp warp, Instruction* instruction)
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->B.In(registers);
        RequireLanes(warp, instruction, masks);
        uint leaders = 0;
        for (uint rest = warp.Mask; rest != 0;)
        {
            uint group = TakeGroup(ref rest, masks);
            leaders |= group & (0 - group);
            Fill(group, (uint*)instruction->D.In(registers), (uint)BitOperations.TrailingZeroCount(group));
        }
        if (instruction->A.IsPresent)
            warp.SetPredicate(instruction->A, leaders);
    }

    /// <summary>match.any.sync: the lanes that have this lane's value. Operands: d, a, mask.</summary>
    public static void MatchAny<T>(Warp warp, Instruction* instruction)
        where T : unmanaged, IEquatable<T>
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->B.In(registers);
        RequireLanes(warp, instruction, masks);
        T* a = (T*)instruction->A.In(registers);
        uint* d = (uint*)instruction->D.In(registers), results = stackalloc uint[Warp.Lanes];
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint same = 0;
            for (uint others = masks[lane]; others != 0; others &= others - 1)
            {
                int other = BitOperations.TrailingZeroCount(others);
                if (a[other].Equals(a[lane]))
                    same |= 1u << other;
            }
            results[lane] = same;
        }
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            d[lane] = results[lane];
        }
    }

    /// <summary>match.all.sync: the mask and true when all lanes have one value, else 0 and false. Operands: d, p, a, mask.</summary>
    public static void MatchAll<T>(Warp warp, Instruction* instruction)
        where T : unmanaged, IEquatable<T>
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->C.In(registers);
        RequireLanes(warp, instruction, masks);
        T* a = (T*)instruction->B.In(registers);
        uint alike = 0;
        for (uint rest = warp.Mask; rest != 0;)
        {
            uint group = TakeGroup(ref rest, masks);
            T first = a[BitOperations.TrailingZeroCount(group)];
            bool all = true;
            for (uint others = group; others != 0; others &= others - 1)
                all &= a[BitOperations.TrailingZeroCount(others)].Equals(first);
            if (all)
                alike |= group;
        }
        uint* d = (uint*)instruction->D.In(registers);
        for (uint rest = warp.Mask; rest != 0;)
        {
            uint group = TakeGroup(ref rest, masks);
            Fill(group, d, alike & group);
        }
        if (instruction->A.IsPresent)
            warp.SetPredicate(instruction->A, alike);
    }

    /// <summary>redux.sync. Operands: d, a, mask.</summary>
    public static void Reduce<T, TOperation>(Warp warp, Instruction* instruction)
        where T : unmanaged
        where TOperation : struct, ILaneBinary<T, T, T>
    {
        byte* registers = warp.Registers;
        uint* masks = (uint*)instruction->B.In(registers);
        RequireLanes(warp, instruction, masks);
        T* a = (T*)instruction->A.In(registers), d = (T*)instruction->D.In(registers);
        for (uint rest = warp.Mask; rest != 0;)
        {
            uint group = TakeGroup(ref rest, masks);
            T total = a[BitOperations.TrailingZeroCount(group)];
            for (uint others = group & (group - 1); others != 0; others &= others - 1)
                total = TOperation.Invoke(total, a[BitOperations.TrailingZeroCount(others)]);
            Fill(group, d, total);
        }
    }

    /// <summary>
    /// Faults unless each executing lane names itself and none but lanes that execute with it and name the same ones. Several groups,
    /// each with its mask, may execute one instruction.
    /// </summary>
    internal static void RequireLanes(Warp warp, Instruction* instruction, uint* masks)
    {
        if (warp.Mask == LaneMask.All && IsUniform(masks, LaneMask.All))
            return;
        for (uint rest = warp.Mask; rest != 0;)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint named = masks[lane];
            if ((named >> lane & 1) == 0)
                throw warp.Fault(FaultKind.InactiveLane, instruction, lane, $"lane {lane} executes it but is not in its mask 0x{named:x8}");
            if ((named & ~warp.Mask) is var missing and not 0)
            {
                throw warp.Fault(FaultKind.InactiveLane, instruction, lane,
                    $"its mask 0x{named:x8} names lane {BitOperations.TrailingZeroCount(missing)}, which does not execute it "
                    + $"(executing lanes: 0x{warp.Mask:x8}); let every named lane reach it together, or take the mask before the branch");
            }
            for (uint others = named; others != 0; others &= others - 1)
            {
                int other = BitOperations.TrailingZeroCount(others);
                if (masks[other] != named)
                {
                    throw warp.Fault(FaultKind.InactiveLane, instruction, lane,
                        $"lane {lane} gives the mask 0x{named:x8}, lane {other}, which it names, 0x{masks[other]:x8}: they have to agree");
                }
            }
            rest &= ~named;
        }
    }

    private static bool IsUniform(uint* lanes, uint value)
    {
        var all = Vector256.Create(value);
        return Vector256.EqualsAll(Vector256.Load(lanes), all) && Vector256.EqualsAll(Vector256.Load(lanes + 8), all)
            && Vector256.EqualsAll(Vector256.Load(lanes + 16), all) && Vector256.EqualsAll(Vector256.Load(lanes + 24), all);
    }

    /// <summary>The lanes that exchange with the first of <paramref name="rest"/>, taken out of it.</summary>
    private static uint TakeGroup(ref uint rest, uint* masks)
    {
        uint group = masks[BitOperations.TrailingZeroCount(rest)];
        rest &= ~group;
        return group;
    }

    private static void Fill<T>(uint lanes, T* d, T value)
        where T : unmanaged
    {
        for (; lanes != 0; lanes &= lanes - 1)
            d[BitOperations.TrailingZeroCount(lanes)] = value;
    }

    internal struct Sum : ILaneBinary<uint, uint, uint>
    {
        public static uint Invoke(uint a, uint b) => a + b;
    }

    internal struct Least<T> : ILaneBinary<T, T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Invoke(T a, T b) => T.Min(a, b);
    }

    internal struct Greatest<T> : ILaneBinary<T, T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Invoke(T a, T b) => T.Max(a, b);
    }
}
