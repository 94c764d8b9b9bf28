namespace GptCuda.VirtualGpu.Blas;

/// <summary>Column-major matrices in device memory: one, or several at equal distances.</summary>
/// <param name="Name">A, B or C.</param>
/// <param name="Address">The first element of the first.</param>
/// <param name="Type">Element type.</param>
/// <param name="Rows">Rows as they are stored.</param>
/// <param name="Columns">Columns as they are stored.</param>
/// <param name="Leading">Elements from one column to the next.</param>
/// <param name="Stride">Elements from one matrix to the next.</param>
internal sealed record GemmMatrix(string Name, ulong Address, cudaDataType Type, int Rows, int Columns, int Leading, long Stride = 0)
{
    /// <summary>Bytes an element.</summary>
    public int ElementBytes => Type == cudaDataType.CUDA_R_32F ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes of a column that are used.</summary>
    public long ColumnBytes => (long)Rows * ElementBytes;

    /// <summary>Bytes from the first element of a matrix to behind its last one.</summary>
    public long Bytes => Rows == 0 || Columns == 0 ? 0 : ((Columns - 1L) * Leading + Rows) * ElementBytes;

    /// <summary>The first element of a matrix.</summary>
    public ulong At(int batch) => Address + (ulong)(batch * Stride * ElementBytes);

    /// <summary>The first element of a column.</summary>
    public ulong At(int batch, int column) => At(batch) + (ulong)((long)column * Leading * ElementBytes);

    /// <summary>For example A [768, 512] of 16BF, columns 768 apart.</summary>
    public override string ToString() => $"{Name} [{Rows}, {Columns}] of {Type.ToString()["CUDA_R_".Length..]}, columns {Leading} apart";
}
