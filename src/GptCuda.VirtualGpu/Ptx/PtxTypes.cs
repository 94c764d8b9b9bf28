namespace GptCuda.VirtualGpu.Ptx;

/// <summary>Sizes, names and kinds of the PTX types.</summary>
internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> ByName = new(StringComparer.Ordinal)
    {
        ["pred"] = PtxType.Pred,
        ["b8"] = PtxType.B8,
        ["b16"] = PtxType.B16,
        ["b32"] = PtxType.B32,
        ["b64"] = PtxType.B64,
        ["u8"] = PtxType.U8,
        ["u16"] = PtxType.U16,
        ["u32"] = PtxType.U32,
        ["u64"] = PtxType.U64,
        ["s8"] = PtxType.S8,
        ["s16"] = PtxType.S16,
        ["s32"] = PtxType.S32,
        ["s64"] = PtxType.S64,
        ["f16"] = PtxType.F16,
        ["f16x2"] = PtxType.F16x2,
        ["bf16"] = PtxType.BF16,
        ["bf16x2"] = PtxType.BF16x2,
        ["f32"] = PtxType.F32,
        ["f64"] = PtxType.F64,
    };

    /// <summary>The type named <paramref name="name"/> (without its dot); false when there is none of that name.</summary>
    public static bool TryParse(string name, out PtxType type) => ByName.TryGetValue(name, out type);

    /// <summary>Bytes of one value in memory and in a register; a predicate counts as none.</summary>
    public static int Bytes(this PtxType type) => type switch
    {
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 => 2,
        PtxType.B32 or PtxType.U32 or PtxType.S32 or PtxType.F32 or PtxType.F16x2 or PtxType.BF16x2 => 4,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
        _ => 0,
    };

    /// <summary>Whether a narrower value of this type is widened by its sign.</summary>
    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    /// <summary>Whether the type is a floating-point one, packed pairs included.</summary>
    public static bool IsFloat(this PtxType type) => type >= PtxType.F16;
}
