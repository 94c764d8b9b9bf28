namespace GptCuda.Engine.Cpu;

/// <summary>Widths that the kernels are compiled for.</summary>
internal enum VectorWidth
{
    /// <summary>One number at a time.</summary>
    Scalar,

    /// <summary>AdvSimd, and x86 before AVX2.</summary>
    Bits128,

    /// <summary>AVX2 with FMA.</summary>
    Bits256,

    /// <summary>AVX-512.</summary>
    Bits512,
}
