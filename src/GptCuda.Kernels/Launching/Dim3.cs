namespace GptCuda.Kernels.Launching;

/// <summary>Extents of a grid in blocks, or of a block in threads.</summary>
/// <param name="X">Extent of the fastest dimension.</param>
/// <param name="Y">Extent of the second.</param>
/// <param name="Z">Extent of the third.</param>
public readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    /// <summary>Product of the extents.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>A single row.</summary>
    public static implicit operator Dim3(int x) => new(x);

    /// <summary>For example (12, 1, 1).</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
