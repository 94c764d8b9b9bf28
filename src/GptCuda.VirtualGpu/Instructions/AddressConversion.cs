using System.Numerics;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>cvta and isspacep: between the generic address space and the others.</summary>
internal static unsafe class AddressConversion
{
    /// <summary>cvta: an address of a space becomes generic.</summary>
    public static void ToGeneric(Warp warp, Instruction* instruction) => Move(warp, instruction, Window(warp, instruction));

    /// <summary>cvta.to: a generic address becomes one of a space.</summary>
    public static void FromGeneric(Warp warp, Instruction* instruction) => Move(warp, instruction, 0 - Window(warp, instruction));

    /// <summary>isspacep: whether a generic address lies in a space.</summary>
    public static void IsInSpace(Warp warp, Instruction* instruction)
    {
        ulong* a = (ulong*)instruction->A.In(warp.Registers);
        uint result = 0;
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            if (warp.Block.Windows.Resolve(a[lane], out _) == instruction->Detail->Space)
                result |= 1u << lane;
        }
        warp.SetPredicate(instruction->D, result);
    }

    private static ulong Window(Warp warp, Instruction* instruction) => instruction->Detail->Space switch
    {
        StateSpace.Shared => warp.Block.Windows.Shared,
        StateSpace.Local => warp.Block.Windows.Local,
        StateSpace.Parameter => warp.Block.Windows.Parameter,
        _ => 0,
    };

    private static void Move(Warp warp, Instruction* instruction, ulong distance)
    {
        byte* registers = warp.Registers;
        ulong* d = (ulong*)instruction->D.In(registers), a = (ulong*)instruction->A.In(registers);
        for (uint mask = warp.Mask; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = a[lane] + distance;
        }
    }
}
