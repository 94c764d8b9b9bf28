using System.Numerics;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Sets special registers: most when a warp begins, those that change when they are read.</summary>
internal static unsafe class SpecialReader
{
    /// <summary>Reads a register that changes. Variant says which.</summary>
    public static void Read(Warp warp, Instruction* instruction)
    {
        var special = (SpecialRegister)instruction->Detail->Variant;
        byte* d = instruction->D.In(warp.Registers);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            Set(warp, special, d, BitOperations.TrailingZeroCount(rest));
    }

    /// <summary>Sets all lanes of a register at the beginning of a warp.</summary>
    public static void Initialize(Warp warp, SpecialRegister special, byte* register)
    {
        GridExtent block = warp.Block.Launch.Request.Block;
        if (special == SpecialRegister.ThreadX && block.Y == 1 && block.Z == 1)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                ((uint*)register)[lane] = (uint)(warp.Index * Warp.Lanes + lane);
            return;
        }
        if (special.Bytes() == 4 && !special.DiffersByLane())
        {
            new Span<uint>(register, Warp.Lanes).Fill((uint)Value(warp, special, 0));
            return;
        }
        for (int lane = 0; lane < Warp.Lanes; lane++)
            Set(warp, special, register, lane);
    }

    private static void Set(Warp warp, SpecialRegister special, byte* register, int lane)
    {
        ulong value = Value(warp, special, lane);
        if (special.Bytes() == 8)
            ((ulong*)register)[lane] = value;
        else
            ((uint*)register)[lane] = (uint)value;
    }

    private static ulong Value(Warp warp, SpecialRegister special, int lane)
    {
        LaunchRequest launch = warp.Block.Launch.Request;
        long thread = warp.Index * Warp.Lanes + lane;
        return special switch
        {
            SpecialRegister.ThreadX => (ulong)launch.Block.Coordinates(thread).X,
            SpecialRegister.ThreadY => (ulong)launch.Block.Coordinates(thread).Y,
            SpecialRegister.ThreadZ => (ulong)launch.Block.Coordinates(thread).Z,
            SpecialRegister.ThreadsX => (ulong)launch.Block.X,
            SpecialRegister.ThreadsY => (ulong)launch.Block.Y,
            SpecialRegister.ThreadsZ => (ulong)launch.Block.Z,
            SpecialRegister.BlockX => (ulong)launch.Grid.Coordinates(warp.Block.Number).X,
            SpecialRegister.BlockY => (ulong)launch.Grid.Coordinates(warp.Block.Number).Y,
            SpecialRegister.BlockZ => (ulong)launch.Grid.Coordinates(warp.Block.Number).Z,
            SpecialRegister.BlocksX => (ulong)launch.Grid.X,
            SpecialRegister.BlocksY => (ulong)launch.Grid.Y,
            SpecialRegister.BlocksZ => (ulong)launch.Grid.Z,
            SpecialRegister.Lane => (ulong)lane,
            SpecialRegister.Warp => (ulong)warp.Index,
            SpecialRegister.Warps => (ulong)(launch.Block.Count + 31) / 32,
            SpecialRegister.Multiprocessor => (ulong)(warp.Block.Number % warp.Block.Launch.Profile.Multiprocessors),
            SpecialRegister.Multiprocessors => (ulong)warp.Block.Launch.Profile.Multiprocessors,
            SpecialRegister.Grid => 1,
            SpecialRegister.LaneEqual => 1ul << lane,
            SpecialRegister.LanesUpTo => (2ul << lane) - 1,
            SpecialRegister.LanesBelow => (1ul << lane) - 1,
            SpecialRegister.LanesFrom => uint.MaxValue & ~((1ul << lane) - 1),
            SpecialRegister.LanesAbove => uint.MaxValue & ~((2ul << lane) - 1),
            SpecialRegister.DynamicShared => (ulong)launch.DynamicSharedBytes,
            SpecialRegister.TotalShared => (ulong)(launch.DynamicSharedBytes + launch.Kernel.StaticSharedBytes),
            SpecialRegister.ClockHigh => (ulong)warp.Block.Instructions >> 32,
            _ => (ulong)warp.Block.Instructions,
        };
    }
}
