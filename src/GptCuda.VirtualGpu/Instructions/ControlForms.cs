using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>bra, brx.idx, call, ret, exit, trap.</summary>
internal static unsafe class ControlForms
{
    private const InstructionClass Control = InstructionClass.Control;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        table.Add("bra", "uni?", "l", Control, null, ControlKind.Branch);
        table.Add("brx", "idx uni?", "4 l", Control, null, ControlKind.IndexedBranch);
        table.Add("call", "uni?", "*", Control, null, ControlKind.Call);
        table.Add("ret", "uni?", "", Control, null, ControlKind.Return);
        table.Add("exit", "", "", Control, null, ControlKind.Exit);
        table.Add("trap", "", "", &Trap, Control);
        // A debugger's breakpoint; no debugger is attached.
        table.Add("brkpt", "", "", &Trap, Control);
    }

    private static void Trap(Warp warp, Instruction* instruction) =>
        throw warp.Fault(
            FaultKind.Trap, instruction, System.Numerics.BitOperations.TrailingZeroCount(warp.Mask), "the kernel executed trap");
}
