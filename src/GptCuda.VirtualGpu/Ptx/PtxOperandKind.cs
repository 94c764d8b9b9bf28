namespace GptCuda.VirtualGpu.Ptx;

/// <summary>The written form of an operand.</summary>
internal enum PtxOperandKind
{
    /// <summary>A register, special register, variable or label.</summary>
    Name,
    /// <summary>An integer literal.</summary>
    Integer,
    /// <summary>A 0f literal.</summary>
    Single,
    /// <summary>A 0d or decimal literal.</summary>
    Double,
    /// <summary>[name+offset], [name] or [offset].</summary>
    Address,
    /// <summary>{a, b, …}</summary>
    Vector,
    /// <summary>a|b, two results.</summary>
    Pair,
    /// <summary>(a, b, …), in a call.</summary>
    List,
    /// <summary>_, a result that is not wanted.</summary>
    Sink,
}
