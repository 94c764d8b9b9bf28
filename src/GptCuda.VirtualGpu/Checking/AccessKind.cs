namespace GptCuda.VirtualGpu.Checking;

/// <summary>What a memory instruction does with the bytes that it names.</summary>
public enum AccessKind : byte
{
    /// <summary>ld, ldu, ldmatrix.</summary>
    Load,
    /// <summary>st, stmatrix.</summary>
    Store,
    /// <summary>atom: one indivisible read and write, with a result.</summary>
    Atomic,
    /// <summary>red: one indivisible read and write, without a result.</summary>
    Reduction,
    /// <summary>The global side of cp.async: read some time between the instruction and its wait.</summary>
    AsyncCopyRead,
    /// <summary>The shared side of cp.async: undefined from the instruction until its wait.</summary>
    AsyncCopyWrite,
}
