using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// A decoded instruction: what runs it and where its operands are. Lives in pinned memory, in the order of the kernel's listing.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Instruction
{
    /// <summary>
    /// Executes the instruction for the lanes of <see cref="Warp.Mask"/>; null for control flow, which the warp itself does.
    /// </summary>
    public delegate*<Warp, Instruction*, void> Handler;

    /// <summary>The real handler behind one that is there for its first execution alone.</summary>
    public delegate*<Warp, Instruction*, void> Inner;

    /// <summary>The first operand, as a rule the result.</summary>
    public OperandSlot D;

    /// <summary>The second operand, as a rule the first source.</summary>
    public OperandSlot A;

    /// <summary>The third operand.</summary>
    public OperandSlot B;

    /// <summary>The fourth operand.</summary>
    public OperandSlot C;

    /// <summary>All operands in order, the first four included.</summary>
    public OperandSlot* All;

    /// <summary>What the family keeps beside the operands: an access, a permutation, a label.</summary>
    public InstructionDetail* Detail;

    /// <summary>The guard's byte offset in the register file, or -1 when there is no guard.</summary>
    public int Guard;

    /// <summary>All ones when the guard is read inverted, else 0.</summary>
    public uint GuardInverted;

    /// <summary>The instruction's place in the kernel's listing.</summary>
    public int Index;

    /// <summary>What it is counted as.</summary>
    public InstructionClass Class;
}
