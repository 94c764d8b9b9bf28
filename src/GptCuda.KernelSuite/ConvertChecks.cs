using System.Runtime.InteropServices;
using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.KernelSuite;

/// <summary>kernels/convert.cu and expand.cu, bit for bit.</summary>
internal static class ConvertChecks
{
    // What memory holds that nothing writes.
    private const byte Untouched = 0xA5;

    private static readonly (int Rows, int Columns)[] Sizes = [(1, 1), (2, 31), (33, 33), (70, 65), (3, 1600), (160, 50)];

    public static IEnumerable<KernelCheck> All()
    {
        foreach (MatrixType stored in (MatrixType[])[MatrixType.F32, MatrixType.BF16, MatrixType.F16])
        {
            foreach (MatrixType target in Enum.GetValues<MatrixType>())
            {
                yield return Check("convert_rows", stored, target, Rows, Sizes);
                yield return Check("round_rows", stored, target, RoundedRows, Sizes);
                yield return Check("transpose", stored, target, Transposed, Sizes);
            }
        }
        yield return Check("convert_rows of a vocabulary", MatrixType.F32, MatrixType.Int8, Rows, [(50257, 5)]) with { IsVariation = true };
        yield return Check("transpose of many inputs", MatrixType.BF16, MatrixType.F16, Transposed, [(1600, 33)]) with
        {
            IsVariation = true,
        };
        yield return Vectors(MatrixType.BF16);
        yield return Vectors(MatrixType.F16);
        foreach ((int rows, int columns, int leading) in ((int, int, int)[])[(1, 1, 1), (5, 33, 33), (31, 65, 72), (4, 1600, 1600)])
        {
            yield return Expand(rows, columns, leading, scaled: true);
            yield return Expand(rows, columns, leading, scaled: false) with { IsVariation = rows > 5 };
        }
    }

    private static KernelCheck Check(
        string name, MatrixType stored, MatrixType target, Action<SuiteDevice, ConvertKernels, StoredMatrix, MatrixType> run,
        (int Rows, int Columns)[] sizes) => new(
        $"{name}, {stored} to {target}",
        [ConvertKernels.Variant(stored, target)],
        device =>
        {
            var kernels = new ConvertKernels(device.Load(ConvertKernels.Variant(stored, target)), stored, target);
            foreach ((int rows, int columns) in sizes)
                run(device, kernels, new StoredMatrix(stored, rows, columns, run != Transposed, new Random(rows + columns)), target);
        });

    private static void Rows(SuiteDevice device, ConvertKernels kernels, StoredMatrix matrix, MatrixType target)
    {
        int stride = KernelShape.Stride(target, matrix.Columns);
        Target to = new(device, target, matrix.Rows, stride);
        DeviceSpan<byte> stored = device.Upload(matrix.Bytes);
        // In two runs: the second begins anywhere in the stored bytes.
        int first = matrix.Rows / 2;
        foreach ((int begin, int count) in ((int, int)[])[(0, first), (first, matrix.Rows - first)])
        {
            if (count == 0) continue;
            long rowBytes = matrix.Bytes.Length / matrix.Rows;
            DeviceSpan<byte> run = stored.Slice(begin * rowBytes, count * rowBytes);
            kernels.Rows(device.Stream, run, count, matrix.Columns, to.Slice(begin, count), stride, to.Beyond);
        }
        to.Compare(matrix, matrix.Row, (row, column) => matrix.Values[(row * matrix.Columns) + column], matrix.Columns);
    }

    private static void Transposed(SuiteDevice device, ConvertKernels kernels, StoredMatrix matrix, MatrixType target)
    {
        (int inputs, int outputs) = (matrix.Rows, matrix.Columns);
        int stride = KernelShape.Stride(target, inputs), first = inputs / 32 * 16;
        long inputBytes = matrix.Bytes.Length / inputs;
        DeviceSpan<byte> stored = device.Upload(matrix.Bytes);
        Target whole = new(device, target, outputs, stride), runs = new(device, target, outputs, stride);

        kernels.Transposed(device.Stream, stored, inputs, outputs, whole.Matrix, whole.Beyond);

        DeviceSpan<byte> early = stored.Slice(0, first * inputBytes), late = stored.Slice(first * inputBytes);
        if (target == MatrixType.Int8)
        {
            device.Stream.FillBytes(runs.Matrix.Scales, 0);
            kernels.RaiseMaxima(device.Stream, late, inputs - first, outputs, runs.Matrix.Scales);
            if (first > 0) kernels.RaiseMaxima(device.Stream, early, first, outputs, runs.Matrix.Scales);
            kernels.FinishScales(device.Stream, runs.Matrix.Scales);
        }
        kernels.Transposed(device.Stream, late, inputs - first, outputs, runs.Matrix, stride, first, runs.Beyond);
        if (first > 0) kernels.Transposed(device.Stream, early, first, outputs, runs.Matrix, stride, 0, runs.Beyond);

        foreach (Target to in (Target[])[whole, runs])
            to.Compare(matrix, matrix.Column, (output, input) => matrix.Values[(input * outputs) + output], inputs);
    }

    private static void RoundedRows(SuiteDevice device, ConvertKernels kernels, StoredMatrix matrix, MatrixType target)
    {
        DeviceSpan<float> values = device.Allocate<float>(matrix.Values.Length);
        DeviceSpan<uint> beyond = device.Upload<uint>([0]);

        kernels.RoundedRows(device.Stream, device.Upload(matrix.Bytes), matrix.Rows, matrix.Columns, values, beyond);

        float[] result = device.Download(values);
        Span<byte> element = stackalloc byte[4];
        for (int i = 0; i < result.Length; i++)
        {
            float scale = target == MatrixType.Int8 ? WeightRule.Scale(matrix.Row(i / matrix.Columns)) : 0;
            Expect.Equal($"element {i} of {matrix.Columns} columns", WeightRule.Write(element, target, matrix.Values[i], scale), result[i]);
        }
        CompareBeyond(device, matrix, target, beyond);
    }

    private static void CompareBeyond(SuiteDevice device, StoredMatrix matrix, MatrixType target, DeviceSpan<uint> beyond) =>
        Expect.Equal(
            "weights beyond f16", target is MatrixType.F16 or MatrixType.Int8 ? (uint)matrix.Beyond : 0, device.Download(beyond)[0]);

    // Biases and LayerNorm's vectors: f32 of any length, side by side, so that nothing may be written past the end.
    private static KernelCheck Vectors(MatrixType stored) => new(
        $"convert_rows of vectors, {stored}",
        [ConvertKernels.Variant(stored, MatrixType.F32)],
        device =>
        {
            var kernels = new ConvertKernels(device.Load(ConvertKernels.Variant(stored, MatrixType.F32)), stored, MatrixType.F32);
            foreach (int length in (int[])[1, 31, 33, 768, 1603])
            {
                var matrix = new StoredMatrix(stored, 1, length, outputsAreRows: false, new Random(length));
                DeviceSpan<byte> all = device.Upload(Enumerable.Repeat(Untouched, (length + 2) * 4).ToArray());

                var vector = new DeviceMatrix(all.Slice(4, length * 4L));
                kernels.Rows(device.Stream, device.Upload(matrix.Bytes), 1, length, vector, length, device.Upload<uint>([0]));

                byte[] bytes = device.Download(all);
                for (int i = 0; i < length; i++)
                    Expect.Equal($"element {i} of {length}", matrix.Values[i], MemoryMarshal.Cast<byte, float>(bytes)[i + 1]);
                foreach (int outside in (int[])[3, (length + 1) * 4])
                    Expect.Equal($"the byte before or after {length} elements", Untouched, bytes[outside]);
            }
        });

    private static KernelCheck Expand(int rows, int columns, int leading, bool scaled) => new(
        $"expand, {rows} rows of {columns} into {leading}, {(scaled ? "scaled" : "integers")}",
        [ExpandKernel.Variant()],
        device =>
        {
            var shape = new KernelShape(columns, 1, 1, 1, 1, MatrixType.Int8);
            var matrix = new EncodedMatrix(shape, rows, columns, new Random(columns), 0.4f);
            ushort untouched = BitConverter.ToUInt16([Untouched, Untouched]);
            DeviceSpan<ushort> target = device.Upload(Enumerable.Repeat(untouched, rows * leading).ToArray());
            DeviceMatrix uploaded = device.Upload(matrix);

            new ExpandKernel(device.Load(ExpandKernel.Variant())).Launch(
                device.Stream, scaled ? uploaded : uploaded with { Scales = default }, rows, columns, target, leading);

            ushort[] result = device.Download(target);
            for (int i = 0; i < result.Length; i++)
            {
                int row = i / leading, column = i % leading;
                float q = column < columns ? (sbyte)matrix.Bytes[(row * shape.Stride(columns)) + column] : 0;
                ushort expected = column < columns ? BitConverter.HalfToUInt16Bits((Half)(scaled ? q * matrix.Scales[row] : q)) : untouched;
                Expect.Equal($"element {column} of row {row}", expected, result[i]);
            }
        });

    /// <summary>A matrix to be written, and what it should hold.</summary>
    private sealed class Target(SuiteDevice device, MatrixType type, int rows, int stride)
    {
        private readonly int _size = type switch { MatrixType.F32 => 4, MatrixType.Int8 => 1, _ => 2 };

        public DeviceMatrix Matrix { get; } = new(
            device.Allocate<byte>((long)rows * stride * (type switch { MatrixType.F32 => 4, MatrixType.Int8 => 1, _ => 2 })),
            type == MatrixType.Int8 ? device.Allocate<float>(rows) : default);

        public DeviceSpan<uint> Beyond { get; } = device.Upload<uint>([0]);

        public DeviceMatrix Slice(int first, int count) => new(
            Matrix.Elements.Slice((long)first * stride * _size, (long)count * stride * _size),
            type == MatrixType.Int8 ? Matrix.Scales.Slice(first, count) : default);

        public void Compare(StoredMatrix matrix, Func<int, IEnumerable<float>> output, Func<int, int, float> weight, int columns)
        {
            byte[] bytes = device.Download(Matrix.Elements);
            float[] scales = type == MatrixType.Int8 ? device.Download(Matrix.Scales) : [];
            Span<byte> expected = stackalloc byte[4];
            for (int row = 0; row < rows; row++)
            {
                float scale = 0;
                if (type == MatrixType.Int8)
                {
                    scale = WeightRule.Scale(output(row));
                    Expect.Equal($"scale {row} of {columns} columns", scale, scales[row]);
                }
                for (int column = 0; column < stride; column++)
                {
                    expected.Clear();
                    float value = column < columns ? WeightRule.Write(expected, type, weight(row, column), scale) : 0;
                    Span<byte> found = bytes.AsSpan(((row * stride) + column) * _size, _size);
                    if (!found.SequenceEqual(expected[.._size]) && !(float.IsNaN(value) && IsNaN(found)))
                    {
                        string wanted = Convert.ToHexString(expected[.._size]), there = Convert.ToHexString(found);
                        throw new KernelCheckException($"row {row}, column {column} of {columns}: expected {wanted}, found {there}");
                    }
                }
            }
            CompareBeyond(device, matrix, type, Beyond);
        }

        private bool IsNaN(Span<byte> element) => type switch
        {
            MatrixType.F32 => float.IsNaN(MemoryMarshal.Read<float>(element)),
            MatrixType.BF16 => float.IsNaN(NarrowFloat.FromBFloat16(MemoryMarshal.Read<ushort>(element))),
            MatrixType.F16 => Half.IsNaN(MemoryMarshal.Read<Half>(element)),
            _ => false,
        };
    }
}
