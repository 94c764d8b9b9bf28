namespace GptCuda.VirtualGpu.Blas;

/// <summary>What elements of 32-bit operands are rounded to before they are multiplied.</summary>
internal enum InputRounding
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>TF32: 10 bits of fraction, halves away from zero, as the tensor cores' conversion does.</summary>
    TF32,

    /// <summary>Binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32, to nearest even.</summary>
    BF16,
}
