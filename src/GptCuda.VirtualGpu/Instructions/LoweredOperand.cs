namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An operand whose name has been resolved and whose size has been checked, before registers are given places.</summary>
/// <param name="Kind">Which it is.</param>
/// <param name="Register">A register's number in the kernel.</param>
/// <param name="Bits">A constant's bits; for a dynamic shared address, what is added to it.</param>
/// <param name="Bytes">Bytes of one lane; 0 for a predicate.</param>
/// <param name="IsResult">Whether the instruction writes it.</param>
internal readonly record struct LoweredOperand(LoweredOperandKind Kind, int Register, ulong Bits, int Bytes, bool IsResult)
{
    /// <summary>A missing optional operand.</summary>
    public static LoweredOperand Absent => default;

    /// <summary>A register that is read.</summary>
    public static LoweredOperand Source(int register, int bytes) => new(LoweredOperandKind.Register, register, 0, bytes, false);

    /// <summary>A register that is written.</summary>
    public static LoweredOperand Result(int register, int bytes) => new(LoweredOperandKind.Register, register, 0, bytes, true);

    /// <summary>A constant in every lane.</summary>
    public static LoweredOperand Constant(ulong bits, int bytes) => new(LoweredOperandKind.Constant, -1, bits, bytes, false);
}
