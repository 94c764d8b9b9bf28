namespace GptCuda.VirtualGpu.Counting;

/// <summary>The classes that warp-instructions are counted in.</summary>
public enum InstructionClass
{
    /// <summary>Integer, logic, bit-field, comparison, selection, move and conversion between integers.</summary>
    Integer,
    /// <summary>f32, f16 and bf16 arithmetic and conversions.</summary>
    Float,
    /// <summary>f64 arithmetic and conversions.</summary>
    Double,
    /// <summary>ex2, lg2, rcp, rsqrt, sqrt, sin, cos, tanh and division.</summary>
    Special,
    /// <summary>mma.</summary>
    Matrix,
    /// <summary>Global loads, stores, prefetches.</summary>
    Global,
    /// <summary>Shared loads and stores, ldmatrix.</summary>
    Shared,
    /// <summary>Local loads and stores: a kernel with any of these spills.</summary>
    Local,
    /// <summary>Parameter and constant loads.</summary>
    Constant,
    /// <summary>atom and red.</summary>
    Atomic,
    /// <summary>cp.async and its commits and waits.</summary>
    AsyncCopy,
    /// <summary>shfl, vote, match, redux, activemask.</summary>
    WarpWide,
    /// <summary>bar, barrier, bar.warp, fence, membar, nanosleep.</summary>
    Synchronization,
    /// <summary>Branches, calls, returns, exit.</summary>
    Control,
}
