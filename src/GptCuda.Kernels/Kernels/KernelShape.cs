using GptCuda.Kernels.Compilation;

namespace GptCuda.Kernels.Kernels;

/// <summary>The sizes that kernels are specialised for, and how their operands lie in memory.</summary>
/// <param name="Width">Channels of the residual stream; heads x head size.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="HeadSize">Channels of a head, 1 to 256.</param>
/// <param name="Inner">Channels inside the MLP.</param>
/// <param name="Vocabulary">Rows of the embedding.</param>
/// <param name="Type">How matrices are held.</param>
public sealed record KernelShape(int Width, int Heads, int HeadSize, int Inner, int Vocabulary, MatrixType Type)
{
    /// <summary>Every row of a matrix, and every head's vector in a cache, is padded with zeros to this many bytes.</summary>
    public const int RowAlignment = 16;

    /// <summary>The ending of kernels' names for this type.</summary>
    public string Suffix => SuffixOf(Type);

    /// <summary>Bytes of a matrix element.</summary>
    public int ElementBytes => BytesOf(Type);

    /// <summary>Bytes of an element of a cache or of a 16-bit activation.</summary>
    public int CachedBytes => Type == MatrixType.F32 ? 4 : 2;

    /// <summary>Floats from one row of logits to the next.</summary>
    public int LogitsStride => (Vocabulary + 63) / 64 * 64;

    /// <summary>Elements from one row of a matrix to the next.</summary>
    /// <param name="columns">Elements that count.</param>
    public int Stride(int columns) => Stride(Type, columns);

    /// <summary>Elements from one position to the next in a head's part of the cache.</summary>
    public int CachedHeadSize => Padded(HeadSize, RowAlignment / CachedBytes);

    /// <summary>Elements of a cache [layer][slot][key|value][head][position][padded head size].</summary>
    public long CacheLength(int layers, int slots, int context) => (long)layers * slots * 2 * Heads * context * CachedHeadSize;

    /// <summary>A kernel file specialised for this shape.</summary>
    /// <param name="file">The kernel file.</param>
    /// <param name="rows">Rows that a matrix-vector kernel takes, 1 to 8; 0 for files that do not depend on it.</param>
    public KernelVariant Variant(string file, int rows = 0)
    {
        (string, string)[] defines =
        [
            ("WEIGHT", Text((int)Type)), ("WIDTH", Text(Width)), ("HEADS", Text(Heads)), ("HEAD_SIZE", Text(HeadSize)),
            ("INNER", Text(Inner)), ("VOCABULARY", Text(Vocabulary)),
        ];
        return rows == 0 ? new KernelVariant(file, defines) : new KernelVariant(file, [.. defines, ("ROWS", Text(rows))]);
    }

    /// <summary>Elements from one row of a matrix of a type to the next.</summary>
    /// <param name="type">The type.</param>
    /// <param name="columns">Elements that count.</param>
    public static int Stride(MatrixType type, int columns) => Padded(columns, RowAlignment / BytesOf(type));

    internal static string SuffixOf(MatrixType type) => type switch
    {
        MatrixType.F32 => "f32",
        MatrixType.BF16 => "bf16",
        MatrixType.F16 => "f16",
        _ => "int8",
    };

    internal static int BytesOf(MatrixType type) => type switch { MatrixType.F32 => 4, MatrixType.Int8 => 1, _ => 2 };

    internal static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int Padded(int elements, int multiple) => (elements + multiple - 1) / multiple * multiple;
}
