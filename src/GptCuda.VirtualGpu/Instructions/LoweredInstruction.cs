using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An instruction whose form has been found and whose operands have been resolved; not yet placed.</summary>
internal sealed unsafe class LoweredInstruction(InstructionForm form, PtxStatement statement)
{
    /// <summary>The row of the table.</summary>
    public InstructionForm Form { get; } = form;

    /// <summary>What was written.</summary>
    public PtxStatement Statement { get; } = statement;

    /// <summary>The operands, vectors and pairs spread out.</summary>
    public List<LoweredOperand> Operands { get; } = [];

    /// <summary>The guard's register, or -1.</summary>
    public int Guard { get; set; } = -1;

    /// <summary>Whether the guard is read inverted.</summary>
    public bool GuardInverted { get; set; }

    /// <summary>The handler; a form's binder may choose another than the form's.</summary>
    public delegate*<Warp, Instruction*, void> Handler { get; set; } = form.Handler;

    /// <summary>What it is counted as.</summary>
    public InstructionClass Class { get; set; } = form.Class;

    /// <summary>What it does to control flow.</summary>
    public ControlKind Control { get; set; } = form.Control;

    /// <summary>The targets of a branch: indexes of instructions.</summary>
    public int[] Targets { get; set; } = [];

    /// <summary>What the family keeps beside the operands.</summary>
    public InstructionDetail Detail;
}
