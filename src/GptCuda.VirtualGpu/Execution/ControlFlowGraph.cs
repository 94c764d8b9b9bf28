using GptCuda.VirtualGpu.Instructions;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Cuts a kernel into basic blocks and finds where divergent lanes meet again.</summary>
internal static class ControlFlowGraph
{
    /// <summary>The basic blocks, in the order of the code.</summary>
    public static BasicBlock[] Build(IReadOnlyList<LoweredInstruction> instructions)
    {
        var begins = new bool[instructions.Count + 1];
        begins[0] = true;
        for (int i = 0; i < instructions.Count; i++)
        {
            LoweredInstruction instruction = instructions[i];
            foreach (int target in instruction.Targets)
                begins[target] = true;
            if (instruction.Control != ControlKind.None)
                begins[i + 1] = true;
            if (NeedsTurn(instruction))
                begins[i] = true;
        }
        var blocks = new List<BasicBlock>();
        var blockOf = new int[instructions.Count];
        for (int start = 0; start < instructions.Count;)
        {
            int end = start + 1;
            while (end < instructions.Count && !begins[end])
                end++;
            Array.Fill(blockOf, blocks.Count, start, end - start);
            blocks.Add(new BasicBlock
            {
                Start = start,
                End = end,
                Control = instructions[end - 1].Control,
                NeedsTurn = NeedsTurn(instructions[start]),
            });
            start = end;
        }
        for (int i = 0; i < blocks.Count; i++)
        {
            LoweredInstruction last = instructions[blocks[i].End - 1];
            blocks[i].Targets = [.. last.Targets.Select(target => blockOf[target])];
            if (FallsThrough(last) && i + 1 < blocks.Count)
                blocks[i].Next = i + 1;
        }
        BasicBlock[] graph = [.. blocks];
        PostDominators.Find(graph);
        return graph;
    }

    /// <summary>
    /// Whether blocks may talk through the instruction: a strong access that may be to global memory. See <see cref="BlockScheduler"/>.
    /// </summary>
    public static bool NeedsTurn(LoweredInstruction instruction) =>
        instruction.Detail.Order != Checking.MemoryOrder.Weak
        && instruction.Class is not Counting.InstructionClass.Synchronization
        && !instruction.Detail.IsArgument
        && (instruction.Detail.IsGeneric || instruction.Detail.Space == StateSpace.Global);

    private static bool FallsThrough(LoweredInstruction last) => last.Control switch
    {
        ControlKind.Branch or ControlKind.IndexedBranch or ControlKind.Exit => last.Guard >= 0,
        _ => true,
    };
}
