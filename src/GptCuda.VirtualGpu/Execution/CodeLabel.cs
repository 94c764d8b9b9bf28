namespace GptCuda.VirtualGpu.Execution;

/// <summary>A place in a kernel's code, known once everything before it has been lowered.</summary>
internal sealed class CodeLabel
{
    /// <summary>The index of the instruction that follows it.</summary>
    public int Index { get; set; } = -1;
}
