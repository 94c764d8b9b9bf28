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
        // barrier without .aligned lets the lanes of a warp come from different places; bar is barrier.aligned.
        AddBarriers(table, "bar", "");
        AddBarriers(table, "barrier", "aligned?");
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
        Add($"sync {aligned}", "4 4?", BarrierForm.Wait);
        Add($"arrive {aligned}", "4 4", BarrierForm.Arrive);
        Add($"red popc {aligned} u32", "=4 4 4? p", BarrierForm.Count);
        Add($"red and {aligned} pred", "=p 4 4? p", BarrierForm.And);
        Add($"red or {aligned} pred", "=p 4 4? p", BarrierForm.Or);

        void Add(string modifiers, string operands, BarrierForm form) =>
            table.Add(opcode, $"cta? {modifiers}", operands, Synchronization, (instruction, slots) =>
            {
                instruction.Detail.Variant = (int)form;
                instruction.Detail.Elements = opcode == "bar" || slots.Contains("aligned") ? 1 : 0;
                LoweredOperand number = instruction.Operands[form >= BarrierForm.Count ? 1 : 0];
                return number.Kind == LoweredOperandKind.Constant && number.Bits > 15
                    ? $"there is no barrier {number.Bits}; 0 to 15 are known" : null;
            }, ControlKind.BlockBarrier);
    }

    private static void Fence(Warp warp, Instruction* instruction) =>
        warp.Block.Checker.Fence(warp.Index, warp.Mask, instruction->Detail->Order, instruction->Detail->Scope);

    private static void Nothing(Warp warp, Instruction* instruction)
    {
    }
}
