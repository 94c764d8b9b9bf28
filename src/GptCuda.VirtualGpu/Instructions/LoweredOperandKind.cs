namespace GptCuda.VirtualGpu.Instructions;

/// <summary>What a lowered operand is.</summary>
internal enum LoweredOperandKind
{
    /// <summary>Not there.</summary>
    Absent,
    /// <summary>A register.</summary>
    Register,
    /// <summary>A constant.</summary>
    Constant,
    /// <summary>The offset at which dynamic shared memory begins, known when all static variables are placed.</summary>
    DynamicShared,
}
