using System.Runtime.InteropServices;
using GptCuda.Kernels.Kernels;

namespace GptCuda.KernelSuite;

/// <summary>A matrix of seeded random values in a type: its bytes with padded rows, and the numbers that they stand for.</summary>
public sealed class EncodedMatrix
{
    /// <param name="shape">Says the type.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row that count; those of the padding are zero.</param>
    /// <param name="random">Where values come from.</param>
    /// <param name="magnitude">Values lie between this and its negative.</param>
    public EncodedMatrix(KernelShape shape, int rows, int columns, Random random, float magnitude)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(random);
        int stride = shape.Stride(columns);
        Columns = columns;
        Bytes = new byte[(long)rows * stride * shape.ElementBytes];
        Values = new double[(long)rows * columns];
        Scales = shape.Type == MatrixType.Int8 ? new float[rows] : [];
        for (int row = 0; row < rows; row++)
        {
            if (shape.Type == MatrixType.Int8) Scales[row] = magnitude / 127 * (0.5f + random.NextSingle());
            for (int column = 0; column < columns; column++)
            {
                float value = ((random.NextSingle() * 2) - 1) * magnitude;
                Span<byte> at = Bytes.AsSpan(((row * stride) + column) * shape.ElementBytes, shape.ElementBytes);
                Values[((long)row * columns) + column] = shape.Type == MatrixType.Int8
                    ? Quantized(at, random, Scales[row])
                    : Write(at, shape.Type, value);
            }
        }
    }

    /// <summary>Elements of a row.</summary>
    public int Columns { get; }

    /// <summary>As kernels read it.</summary>
    public byte[] Bytes { get; }

    /// <summary>One a row for int8, otherwise none.</summary>
    public float[] Scales { get; }

    /// <summary>[rows, columns], exact.</summary>
    public double[] Values { get; }

    /// <summary>Writes a value rounded to a type and gives what it became.</summary>
    internal static double Write(Span<byte> at, MatrixType type, float value)
    {
        switch (type)
        {
            case MatrixType.F32:
                MemoryMarshal.Write(at, value);
                return value;
            case MatrixType.BF16:
                ushort bits = NarrowFloat.ToBFloat16(value);
                MemoryMarshal.Write(at, bits);
                return NarrowFloat.FromBFloat16(bits);
            default:
                MemoryMarshal.Write(at, (Half)value);
                return (double)(Half)value;
        }
    }

    private static double Quantized(Span<byte> at, Random random, float scale)
    {
        sbyte q = (sbyte)random.Next(-127, 128);
        at[0] = (byte)q;
        return (double)q * scale;
    }
}
