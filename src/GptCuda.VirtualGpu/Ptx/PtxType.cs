namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A fundamental type of PTX (PTX ISA 9.0, section 5.2), as written after a dot.</summary>
internal enum PtxType
{
    /// <summary>No type.</summary>
    None,
    /// <summary>.pred</summary>
    Pred,
    /// <summary>.b8</summary>
    B8,
    /// <summary>.b16</summary>
    B16,
    /// <summary>.b32</summary>
    B32,
    /// <summary>.b64</summary>
    B64,
    /// <summary>.u8</summary>
    U8,
    /// <summary>.u16</summary>
    U16,
    /// <summary>.u32</summary>
    U32,
    /// <summary>.u64</summary>
    U64,
    /// <summary>.s8</summary>
    S8,
    /// <summary>.s16</summary>
    S16,
    /// <summary>.s32</summary>
    S32,
    /// <summary>.s64</summary>
    S64,
    /// <summary>.f16</summary>
    F16,
    /// <summary>.f16x2</summary>
    F16x2,
    /// <summary>.bf16</summary>
    BF16,
    /// <summary>.bf16x2</summary>
    BF16x2,
    /// <summary>.f32</summary>
    F32,
    /// <summary>.f64</summary>
    F64,
}
