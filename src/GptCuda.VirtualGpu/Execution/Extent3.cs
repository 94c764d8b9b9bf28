namespace GptCuda.VirtualGpu.Execution;

/// <summary>A grid's or block's extents, or a position in one.</summary>
internal readonly record struct Extent3(uint X, uint Y = 1, uint Z = 1)
{
    /// <summary>The number of elements.</summary>
    public ulong Count => (ulong)X * Y * Z;

    /// <summary>The position of element <paramref name="index"/> when x runs fastest.</summary>
    public Extent3 At(ulong index) => new((uint)(index % X), (uint)(index / X % Y), (uint)(index / X / Y));

    /// <summary>(x, y, z).</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
