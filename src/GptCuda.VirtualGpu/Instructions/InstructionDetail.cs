using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>What an instruction family keeps beside its operands.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InstructionDetail
{
    /// <summary>A memory instruction's state space, when it is not generic.</summary>
    public StateSpace Space;

    /// <summary>Whether the address is generic, its space found lane by lane.</summary>
    public bool IsGeneric;

    /// <summary>What a memory instruction does.</summary>
    public AccessKind Kind;

    /// <summary>How the access takes part in the memory model.</summary>
    public MemoryOrder Order;

    /// <summary>How far its order reaches.</summary>
    public MemoryScope Scope;

    /// <summary>Its cache operators.</summary>
    public CacheHints Hints;

    /// <summary>Whether the addressed memory is a call's arguments, which the executor lays out and nothing checks.</summary>
    public bool IsArgument;

    /// <summary>Bytes of one element in memory.</summary>
    public int ElementBytes;

    /// <summary>Elements a lane: 1, 2, 4 or 8.</summary>
    public int Elements;

    /// <summary>Bytes of the address register, 4 or 8.</summary>
    public int AddressBytes;

    /// <summary>The constant added to the address.</summary>
    public long Offset;

    /// <summary>Bytes of the second address register, of an instruction that copies from memory to memory.</summary>
    public int SecondAddressBytes;

    /// <summary>The constant added to the second address.</summary>
    public long SecondOffset;

    /// <summary>A number that the family defines: a barrier's form, a matrix count, a copy's size.</summary>
    public int Variant;
}
