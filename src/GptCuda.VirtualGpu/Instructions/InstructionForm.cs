using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>A row of the instruction table: an opcode with the modifiers and operands that it takes, and what executes it.</summary>
internal sealed unsafe class InstructionForm
{
    /// <summary>The opcode without its modifiers.</summary>
    public required string Opcode { get; init; }

    /// <summary>The modifiers that it takes.</summary>
    public required ModifierPattern Modifiers { get; init; }

    /// <summary>The operands that it takes.</summary>
    public required OperandPattern[] Operands { get; init; }

    /// <summary>What executes it; null where the binder chooses or the warp itself does it.</summary>
    public delegate*<Warp, Instruction*, void> Handler { get; init; }

    /// <summary>What it is counted as.</summary>
    public required InstructionClass Class { get; init; }

    /// <summary>What it does to control flow.</summary>
    public ControlKind Control { get; init; }

    /// <summary>
    /// Completes a lowered instruction from the modifiers found at each slot; returns what is wrong with it, or null.
    /// </summary>
    public Func<LoweredInstruction, string?[], string?>? Bind { get; init; }
}
