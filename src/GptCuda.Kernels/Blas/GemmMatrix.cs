using GptCuda.Kernels.Memory;

namespace GptCuda.Kernels.Blas;

/// <summary>A row-major matrix in a GPU's memory, as an operand of a product.</summary>
public readonly record struct GemmMatrix
{
    private GemmMatrix(ulong address, long length, GemmType type, int rows, int columns, int stride)
    {
        if (stride == 0) stride = columns;
        if (rows <= 0 || columns <= 0 || stride < columns)
            throw new ArgumentException($"A matrix of {rows} rows of {columns} elements, {stride} apart, is none.");
        long needed = ((rows - 1L) * stride) + columns;
        if (needed > length)
            throw new ArgumentException($"[{rows}, {columns}] with rows {stride} apart needs {needed} elements; the memory has {length}.");
        Address = address;
        Type = type;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>The address of the first element.</summary>
    public ulong Address { get; }

    /// <summary>Element type.</summary>
    public GemmType Type { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from the begin of one row to that of the next.</summary>
    public int Stride { get; }

    /// <summary>A matrix of f32.</summary>
    /// <param name="memory">Its elements.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements from row to row; 0 for <paramref name="columns"/>.</param>
    /// <exception cref="ArgumentException">The memory is too small, or an extent is not positive.</exception>
    public static GemmMatrix F32(DeviceSpan<float> memory, int rows, int columns, int stride = 0) =>
        new(memory.Address, memory.Length, GemmType.F32, rows, columns, stride);

    /// <summary>A matrix of f16.</summary>
    /// <inheritdoc cref="F32"/>
    public static GemmMatrix F16(DeviceSpan<Half> memory, int rows, int columns, int stride = 0) =>
        new(memory.Address, memory.Length, GemmType.F16, rows, columns, stride);

    /// <summary>A matrix of bf16, each the upper half of a binary32.</summary>
    /// <inheritdoc cref="F32"/>
    public static GemmMatrix BF16(DeviceSpan<ushort> memory, int rows, int columns, int stride = 0) =>
        new(memory.Address, memory.Length, GemmType.BF16, rows, columns, stride);

    /// <summary>For example BF16 [8, 768].</summary>
    public override string ToString() =>
        Stride == Columns ? $"{Type} [{Rows}, {Columns}]" : $"{Type} [{Rows}, {Columns}] with rows {Stride} apart";
}
