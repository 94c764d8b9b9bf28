namespace GptCuda.VirtualGpu.Checking;

/// <summary>Three extents, or three coordinates, of a grid or a block.</summary>
/// <param name="X">Fastest.</param>
/// <param name="Y">Second.</param>
/// <param name="Z">Slowest.</param>
internal readonly record struct GridExtent(int X, int Y, int Z)
{
    /// <summary>The product of the three.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>The coordinates of the element with the given linear index.</summary>
    public GridExtent Coordinates(long index) => new((int)(index % X), (int)(index / X % Y), (int)(index / ((long)X * Y)));

    /// <summary>(x, y, z), the trailing ones left out where the extents are flat.</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
