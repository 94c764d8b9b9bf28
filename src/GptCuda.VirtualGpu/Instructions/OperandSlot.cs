namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// Where an operand's 32 lanes lie: in the warp's registers, or in the kernel's constants, which all warps share.
/// Both are found without a branch: the register base is masked away for a constant, whose offset is its address.
/// </summary>
internal readonly struct OperandSlot
{
    private readonly nint _offset;
    private readonly nint _mask;

    private OperandSlot(nint offset, nint mask)
    {
        _offset = offset;
        _mask = mask;
    }

    /// <summary>A register at a byte offset of the warp's register file.</summary>
    public static OperandSlot Register(int offset) => new(offset, -1);

    /// <summary>A constant whose 32 equal lanes lie at <paramref name="address"/>.</summary>
    public static unsafe OperandSlot Constant(void* address) => new((nint)address, 0);

    /// <summary>Whether there is an operand at all; an optional result may be absent.</summary>
    public bool IsPresent => (_offset | _mask) != 0;

    /// <summary>The first lane.</summary>
    public unsafe byte* In(byte* registers) => (byte*)(_offset + ((nint)registers & _mask));
}
