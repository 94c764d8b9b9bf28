using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>cp.async, its groups and waits.</summary>
internal static unsafe class AsyncCopyForms
{
    private const InstructionClass AsyncCopy = InstructionClass.AsyncCopy;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        AddCopy(table, "ca");
        AddCopy(table, "cg");
        table.Add("cp", "async commit_group", "", &Commit, AsyncCopy);
        table.Add("cp", "async wait_group", "i", &WaitGroup, AsyncCopy);
        table.Add("cp", "async wait_all", "", &WaitAll, AsyncCopy);
    }

    private static void AddCopy(InstructionTable table, string level)
    {
        AddCopy(table, level, "", "m m i 4?");
        // A cache policy changes nothing that a program can see.
        AddCopy(table, level, "L2::cache_hint", "m m i 4? 8");
    }

    private static void AddCopy(InstructionTable table, string level, string hint, string operands) =>
        table.Add(
            "cp", $"async {level} shared|shared::cta global {hint} L2::64B|L2::128B|L2::256B?", operands, AsyncCopy,
            (instruction, slots) =>
            {
                int bytes = instruction.Detail.Variant;
                if (level == "cg" ? bytes != 16 : bytes is not (4 or 8 or 16))
                    return $"cp.async.{level} does not copy {bytes} bytes";
                instruction.Detail.Hints = CacheHints.Streaming | (level == "cg" ? CacheHints.BypassL1 : 0);
                instruction.Handler = &Copy;
                return null;
            });

    private static void Copy(Warp warp, Instruction* instruction) => warp.Copies.Issue(warp, instruction);

    private static void Commit(Warp warp, Instruction* instruction) => warp.Copies.Commit(warp.Mask);

    private static void WaitGroup(Warp warp, Instruction* instruction) =>
        warp.Copies.Wait(warp, instruction->Detail->Variant, includeOpen: false);

    private static void WaitAll(Warp warp, Instruction* instruction) => warp.Copies.Wait(warp, 0, includeOpen: true);
}
