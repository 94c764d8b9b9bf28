using GptCuda.VirtualGpu.Instructions;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>A kernel as a list of lowered instructions, functions inlined, with what it needs of memory.</summary>
internal sealed class LoweredKernel
{
    /// <summary>The instructions; the last ends the thread.</summary>
    public required List<LoweredInstruction> Instructions { get; init; }

    /// <summary>The width of each register in bytes; 0 for a predicate.</summary>
    public required IReadOnlyList<int> Registers { get; init; }

    /// <summary>The special registers that are set when a warp begins, with their registers.</summary>
    public required IReadOnlyList<(SpecialRegister Special, int Register)> Specials { get; init; }

    /// <summary>The parameters.</summary>
    public required IReadOnlyList<KernelParameter> Parameters { get; init; }

    /// <summary>Bytes of static shared memory, where dynamic shared memory begins.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Local bytes of a thread that its instructions address.</summary>
    public required int LocalBytes { get; init; }

    /// <summary>Local bytes of a thread, the arguments of calls included.</summary>
    public required int FrameBytes { get; init; }
}
