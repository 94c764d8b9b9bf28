using System.Numerics;
using GptCuda.VirtualGpu.Memory;

namespace GptCuda.VirtualGpu.Checking;

/// <summary>
/// One memory instruction of one warp: what <see cref="BlockChecker.Access"/> needs to know before the executor performs it.
/// A generic instruction whose lanes name several state spaces is one access per space, each with its lanes' mask.
/// </summary>
internal unsafe struct WarpAccess
{
    /// <summary>The warp's index in its block; lane i of it is thread 32 * Warp + i.</summary>
    public int Warp;

    /// <summary>Bit i is set when lane i takes part.</summary>
    public uint ActiveMask;

    /// <summary>The space that every address lies in.</summary>
    public StateSpace Space;

    /// <summary>What is done.</summary>
    public AccessKind Kind;

    /// <summary>Weak for plain loads and stores; at least Relaxed for atomics.</summary>
    public MemoryOrder Order;

    /// <summary>Of a strong access; of no meaning for a weak one.</summary>
    public MemoryScope Scope;

    /// <summary>Cache operators of a global load or store.</summary>
    public CacheHints Hints;

    /// <summary>
    /// Bytes that each lane reads or writes, a vector's elements together (1 to 32). It is also the alignment that PTX requires,
    /// unless <see cref="Alignment"/> says another.
    /// </summary>
    public int BytesPerLane;

    /// <summary>Bytes of one element of a vector, each of which is an access for itself; 0 where BytesPerLane is it.</summary>
    public int ElementBytes;

    /// <summary>The logarithm of the size of what is accessed in one.</summary>
    public readonly int ElementSize => BitOperations.Log2((uint)(ElementBytes == 0 ? BytesPerLane : ElementBytes));

    /// <summary>The required alignment where it is not BytesPerLane (a cp.async that copies part of its size); 0 otherwise.</summary>
    public int Alignment;

    /// <summary>
    /// 32 addresses, lane i's at [i]; those of inactive lanes are not looked at. Global and constant: device pointers.
    /// Shared, local, parameter: byte offsets from the start of the space.
    /// </summary>
    public ulong* Addresses;

    /// <summary>
    /// What a store writes, for the one overlap that is defined: lanes of one instruction that write the same value to the same
    /// place. Element e of lane i begins at Values[e] + i * ValueStride and has ValueBytes bytes. Null pointers say that the values
    /// are not known, and any overlap is then a race.
    /// </summary>
    public byte* Value0, Value1, Value2, Value3;

    /// <summary>Bytes from one lane's element to the next lane's.</summary>
    public int ValueStride;

    /// <summary>Bytes of one element.</summary>
    public int ValueBytes;

    /// <summary>The instruction's index in its kernel: what <see cref="LaunchDescription.Source"/> is asked with.</summary>
    public int Instruction;
}
