using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>bar and barrier in their forms, bar.warp.sync, fence, membar, nanosleep, griddepcontrol.</summary>
internal static unsafe class SynchronizationForms
{
    private const InstructionClass Synchronization = InstructionClass.Synchronization;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        // barrier without .aligned lets the lanes of a warp come one by one; bar is barrier.aligned.
        foreach ((string opcode, string aligned) in new[] { ("bar", "cta?"), ("barrier", "cta? aligned") })
            AddBarriers(table, opcode, aligned);
        table.Add("bar", "warp sync", "4", Synchronization, null, ControlKind.WarpBarrier);

        table.Add("fence", $"sc|acq_rel|acquire|release? {MemoryForms.Scopes}", "", Synchronization, (instruction, slots) =>
        {
            // fence.scope alone is acq_rel, as the ISA has it.
            instruction.Detail.Order = MemoryForms.Order(slots[0] ?? "acq_rel");
            instruction.Detail.Scope = MemoryForms.Scope(slots[1]);
            instruction.Handler = &Fence;
            return null;
        });
        table.Add("membar", "cta|gl|sys", "", Synchronization, (instruction, slots) =>
        {
            instruction.Detail.Order = MemoryOrder.SequentiallyConsistent;
            instruction.Detail.Scope = MemoryForms.Scope(slots[0]);
            instruction.Handler = &Fence;
            return null;
        });
        table.Add("nanosleep", "u32", "4", Synchronization, null, ControlKind.Sleep);
        // A launch here begins when the one before it has ended, so there is nothing to wait for and nobody to let go.
        table.Add("griddepcontrol", "wait|launch_dependents", "", &Nothing, Synchronization);
    }

    private static void AddBarriers(InstructionTable table, string opcode, string aligned)
    {
        table.Add(opcode, $"{aligned} sync", "4 4?", Synchronization, (instruction, _) => SetForm(instruction, BarrierForm.Wait, 0), ControlKind.BlockBarrier);
        table.Add(opcode, $"{aligned} arrive", "4 4", Synchronization, (instruction, _) => SetForm(instruction, BarrierForm.Arrive, 0), ControlKind.BlockBarrier);
        table.Add(opcode, $"{aligned} red popc u32", "=4 4 4? p", Synchronization, (instruction, _) => SetForm(instruction, BarrierForm.Count, 1), ControlKind.BlockBarrier);
        table.Add(opcode, $"{aligned} red and pred", "=p 4 4? p", Synchronization, (instruction, _) => SetForm(instruction, BarrierForm.And, 1), ControlKind.BlockBarrier);
        table.Add(opcode, $"{aligned} red or pred", "=p 4 4? p", Synchronization, (instruction, _) => SetForm(instruction, BarrierForm.Or, 1), ControlKind.BlockBarrier);
    }

    private static string? SetForm(LoweredInstruction instruction, BarrierForm form, int barrier)
    {
        instruction.Detail.Variant = (int)form;
        LoweredOperand number = instruction.Operands[barrier];
        return number.Kind == LoweredOperandKind.Constant && number.Bits > 15 ? $"there is no barrier {number.Bits}; 0 to 15 are known" : null;
    }

    private static void Fence(Warp warp, Instruction* instruction) =>
        warp.Block.Checker.Fence(warp.Index, warp.Mask, instruction->Detail->Order, instruction->Detail->Scope);

    private static void Nothing(Warp warp, Instruction* instruction)
    {
    }
}
