using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using static GptCuda.VirtualGpu.Instructions.ExchangeOperations;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>shfl, vote, match, redux, activemask.</summary>
internal static unsafe class ExchangeForms
{
    private const InstructionClass WarpWide = InstructionClass.WarpWide;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        Add(table, "shfl", "sync up b32", "=4|p? 4 4 4 4", &Shuffle, (int)ShuffleMode.Up);
        Add(table, "shfl", "sync down b32", "=4|p? 4 4 4 4", &Shuffle, (int)ShuffleMode.Down);
        Add(table, "shfl", "sync bfly b32", "=4|p? 4 4 4 4", &Shuffle, (int)ShuffleMode.Butterfly);
        Add(table, "shfl", "sync idx b32", "=4|p? 4 4 4 4", &Shuffle, (int)ShuffleMode.Index);
        Add(table, "vote", "sync all pred", "=p p 4", &Vote, 0);
        Add(table, "vote", "sync any pred", "=p p 4", &Vote, 1);
        Add(table, "vote", "sync uni pred", "=p p 4", &Vote, 2);
        table.Add("vote", "sync ballot b32", "=4 p 4", &Ballot, WarpWide);
        table.Add("activemask", "b32", "=4", &ActiveMask, WarpWide);
        table.Add("elect", "sync", "=4|p? 4", &Elect, WarpWide);
        table.Add("match", "any sync b32", "=4 4 4", &MatchAny<uint>, WarpWide);
        table.Add("match", "any sync b64", "=4 8 4", &MatchAny<ulong>, WarpWide);
        table.Add("match", "all sync b32", "=4|p? 4 4", &MatchAll<uint>, WarpWide);
        table.Add("match", "all sync b64", "=4|p? 8 4", &MatchAll<ulong>, WarpWide);
        table.Add("redux", "sync add u32|s32", "=4 4 4", &Reduce<uint, Sum>, WarpWide);
        table.Add("redux", "sync min u32", "=4 4 4", &Reduce<uint, Least<uint>>, WarpWide);
        table.Add("redux", "sync min s32", "=4 4 4", &Reduce<int, Least<int>>, WarpWide);
        table.Add("redux", "sync max u32", "=4 4 4", &Reduce<uint, Greatest<uint>>, WarpWide);
        table.Add("redux", "sync max s32", "=4 4 4", &Reduce<int, Greatest<int>>, WarpWide);
        table.Add("redux", "sync and b32", "=4 4 4", &Reduce<uint, LogicOperations.PredicateAnd>, WarpWide);
        table.Add("redux", "sync or b32", "=4 4 4", &Reduce<uint, LogicOperations.PredicateOr>, WarpWide);
        table.Add("redux", "sync xor b32", "=4 4 4", &Reduce<uint, LogicOperations.PredicateXor>, WarpWide);
    }

    private static void Add(
        InstructionTable table, string opcode, string modifiers, string operands, delegate*<Warp, Instruction*, void> handler, int variant)
    {
        nint address = (nint)handler;
        table.Add(opcode, modifiers, operands, WarpWide, (instruction, _) =>
        {
            instruction.Handler = (delegate*<Warp, Instruction*, void>)address;
            instruction.Detail.Variant = variant;
            return null;
        });
    }
}
