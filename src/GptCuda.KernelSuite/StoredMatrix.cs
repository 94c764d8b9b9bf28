using GptCuda.Kernels.Kernels;

namespace GptCuda.KernelSuite;

/// <summary>Seeded weights as a file holds them, [rows, columns], densely; hard cases among them.</summary>
internal sealed class StoredMatrix
{
    // Ties of bf16, f16 and of f16's subnormals, the edge of f16's range, what lies beyond it, signed zero.
    private static readonly float[] Hard =
    [
        1.00390625f, 1.01171875f, -1.00048828f, 1.00146484f, 2.9802322e-8f, 8.940697e-8f, 65504, -65519.996f, 65520, -7e4f, 3e38f, -0f, 0,
    ];

    public StoredMatrix(MatrixType type, int rows, int columns, bool outputsAreRows, Random random)
    {
        int size = KernelShape.Stride(type, 1) == 4 ? 4 : 2;
        (Type, Rows, Columns) = (type, rows, columns);
        Bytes = new byte[(long)rows * columns * size];
        Values = new float[(long)rows * columns];
        for (int i = 0; i < Values.Length; i++)
        {
            int row = i / columns, column = i % columns;
            float value = ((random.NextSingle() * 2) - 1) * MathF.ScaleB(1, random.Next(-6, 1));
            // By output. 3: nothing but zeros. 5: 127 at most, so that half integers are ties. 7: subnormal numbers, whose scale is so
            // rounded that quotients pass 127. 9: cases hard for 16 bits. 11 and 13: no numbers.
            int kind = (outputsAreRows ? row : column) % 31;
            value = kind switch
            {
                3 => 0,
                5 => i % 9 == 0 ? 127 : random.Next(-253, 254) / 2f,
                7 => MathF.ScaleB(i % 6 == 0 ? 190 : random.Next(-190, 191), -149),
                9 => Hard[i % Hard.Length],
                11 when i % 5 == 0 => float.NaN,
                13 when i % 5 == 0 => i % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity,
                _ => value,
            };
            Values[i] = WeightRule.Write(Bytes.AsSpan(i * size, size), type, value, 0);
        }
    }

    public MatrixType Type { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>As in the file.</summary>
    public byte[] Bytes { get; }

    /// <summary>What the bytes stand for.</summary>
    public float[] Values { get; }

    public int Beyond => Values.Count(WeightRule.IsBeyondHalf);

    public IEnumerable<float> Row(int row) => Values.Skip(row * Columns).Take(Columns);

    public IEnumerable<float> Column(int column) => Enumerable.Range(0, Rows).Select(row => Values[(row * Columns) + column]);
}
