using System.Text;
using GptCuda.VirtualGpu.Checking;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>Explains a block in which no warp can run: who waits where, and for whom.</summary>
internal static class StuckBlock
{
    /// <summary>The fault that ends the block.</summary>
    public static VirtualFault Explain(Block block)
    {
        var text = new StringBuilder();
        Warp? first = null;
        int instruction = -1, lane = 0;
        bool atBarrier = false;
        foreach (Warp warp in block.Warps)
        {
            foreach (WarpSplit split in warp.Splits)
            {
                if (first is null)
                {
                    (first, instruction, lane) = (warp, split.Instruction, System.Numerics.BitOperations.TrailingZeroCount(split.Mask));
                    atBarrier = split.State == SplitState.AtBlockBarrier;
                }
                text.Append($" Warp {warp.Index}, lanes 0x{split.Mask:x8} wait at {block.Launch.Kernel.Source(split.Instruction)}");
            }
            if (warp.WaitingToMeet is not 0 and var others)
                text.Append($" Warp {warp.Index}, lanes 0x{others:x8} have gone past it and wait for those lanes behind the branch.");
        }
        string detail = atBarrier
            ? "a barrier is waited at that some live thread never reaches; let all threads of the block execute the same barrier."
            : "no warp can advance: lanes wait at bar.warp.sync for lanes that do not come.";
        return block.Checker.Fault(
            atBarrier ? FaultKind.BarrierNotReached : FaultKind.Deadlock, detail + text, first?.Index ?? -1, lane, instruction);
    }
}
