using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.KernelSuite;

/// <summary>The five products of kernels/matvec.cu.</summary>
internal static class MatrixVectorChecks
{
    private const float Epsilon = 1e-5f;

    // Rows of 64 and 4096: one segment, and several split over warps. Rows of 100 and 404: padding to 16 bytes, a part of a warp,
    // a head size that is no power of two. 333 and 47 outputs: no multiple of anything. Small is GPT-2 124M, as it is.
    private static readonly KernelShape Even = new(64, 2, 32, 4096, 333, MatrixType.F32), Odd = new(100, 5, 20, 404, 47, MatrixType.F32),
        Wide = new(1600, 25, 64, 96, 1025, MatrixType.F32), Small = new(768, 12, 64, 3072, 50257, MatrixType.F32);

    public static IEnumerable<KernelCheck> All()
    {
        foreach (MatrixType type in Enum.GetValues<MatrixType>())
        {
            foreach (int rows in (int[])[1, 2, 4, 8])
            {
                bool varies = rows > 1 && (type, rows) is not ((MatrixType.BF16, _) or (MatrixType.Int8, 8) or (MatrixType.F32, 2));
                yield return Check((rows is 1 or 8 ? Odd : Even) with { Type = type }, rows) with { IsVariation = varies };
            }
        }
        yield return Check(Even with { Type = MatrixType.F32 }, 1) with { IsVariation = true };
        yield return Check(Odd with { Type = MatrixType.F16 }, 3) with { IsVariation = true };
        yield return Check(Wide with { Type = MatrixType.Int8 }, 1);
        yield return Check(Small with { Type = MatrixType.BF16 }, 1) with { IsVariation = true };
        yield return Check(Small with { Type = MatrixType.Int8 }, 1) with { IsVariation = true };
    }

    private static KernelCheck Check(KernelShape shape, int rows) => new(
        $"matvec {shape.Suffix}, {rows} rows, width {shape.Width}, inner {shape.Inner}, vocabulary {shape.Vocabulary}",
        [MatrixVectorKernels.Variant(shape, rows), FoldShiftKernel.Variant(shape)],
        device =>
        {
            var kernels = new MatrixVectorKernels(device.Context, device.Load(MatrixVectorKernels.Variant(shape, rows)), shape, rows);
            var random = new Random(shape.Width + rows);
            Qkv(device, kernels, shape, rows, random);
            AddTo(device, shape, rows, random, shape.Width, "project", kernels.Project);
            AddTo(device, shape, rows, random, shape.Inner, "contract", kernels.Contract);
            Expand(device, kernels, shape, rows, random);
            Logits(device, kernels, shape, rows, random);
        });

    private static void Qkv(SuiteDevice device, MatrixVectorKernels kernels, KernelShape shape, int rows, Random random)
    {
        const int Layers = 2, Layer = 1, Slots = 9, Context = 5;
        var weight = new EncodedMatrix(shape, 3 * shape.Width, shape.Width, random, 0.3f);
        float[] bias = random.Floats(3 * shape.Width, 0.5f);
        var x = new Normalized(device, shape, rows, random);
        // The fourth row has no sequence: nothing may be stored for it.
        int[] slots = [.. Enumerable.Range(0, rows).Select(row => row == 3 ? -1 : Slots - 1 - row)];
        int[] positions = [.. Enumerable.Range(0, rows).Select(row => row * 3 % Context)];
        byte[] before = new byte[shape.CacheLength(Layers, Slots, Context) * shape.CachedBytes];
        Array.Fill(before, (byte)0x3C);
        DeviceSpan<byte> cache = device.Upload(before);
        DeviceSpan<float> queries = device.Allocate<float>(rows * shape.Width);

        (DeviceMatrix matrix, DeviceSpan<float> folded) = Fold(device, shape, weight, bias, x);
        kernels.Qkv(
            device.Stream, matrix, folded, x.Weights, x.Residual, queries, new DeviceCache(cache, Slots, Context),
            new RowPlaces(device.Upload(slots), device.Upload(positions)), Layer);

        float[] q = device.Download(queries);
        var expected = new CacheExpectation(device, shape, Slots, Context, Layer, before);
        for (int row = 0; row < rows; row++)
        {
            (double[] sums, double[] magnitudes) = x.Product(weight, row);
            for (int n = 0; n < sums.Length; n++)
            {
                double y = sums[n] + bias[n], allowed = Allowed(magnitudes[n], y);
                if (n < shape.Width) Expect.Near($"query {n} of row {row}", y, q[(row * shape.Width) + n], allowed);
                else if (slots[row] >= 0) expected.Set(slots[row], n / shape.Width - 1, positions[row], n % shape.Width, y, allowed);
            }
        }
        expected.Compare(cache);
    }

    private static void AddTo(
        SuiteDevice device, KernelShape shape, int rows, Random random, int columns, string name,
        Action<GptCuda.Kernels.Streams.CudaStream, DeviceMatrix, DeviceSpan<float>, DeviceSpan<byte>, DeviceSpan<float>> launch)
    {
        var weight = new EncodedMatrix(shape, shape.Width, columns, random, 0.3f);
        float[] bias = random.Floats(shape.Width, 0.5f), residual = random.Floats(rows * shape.Width, 4);
        byte[] stored = new byte[rows * columns * shape.CachedBytes];
        double[] x = [.. random.Floats(rows * columns, 1)
            .Select((value, i) => EncodedMatrix.Write(stored.AsSpan(i * shape.CachedBytes), shape.Type, value))];
        DeviceSpan<float> stream = device.Upload(residual);

        launch(device.Stream, device.Upload(weight), device.Upload(bias), device.Upload(stored), stream);

        float[] result = device.Download(stream);
        for (int row = 0; row < rows; row++)
        {
            (double[] sums, double[] magnitudes) = Oracle.Product(weight, x[(row * columns)..((row + 1) * columns)]);
            for (int n = 0; n < sums.Length; n++)
            {
                int at = (row * shape.Width) + n;
                double y = residual[at] + sums[n] + bias[n];
                Expect.Near($"{name}: residual {n} of row {row}", y, result[at], Allowed(magnitudes[n], y));
            }
        }
    }

    private static void Expand(SuiteDevice device, MatrixVectorKernels kernels, KernelShape shape, int rows, Random random)
    {
        var weight = new EncodedMatrix(shape, shape.Inner, shape.Width, random, 0.3f);
        float[] bias = random.Floats(shape.Inner, 0.5f);
        var x = new Normalized(device, shape, rows, random);
        DeviceSpan<byte> hidden = device.Allocate<byte>((long)rows * shape.Inner * shape.CachedBytes);

        (DeviceMatrix matrix, DeviceSpan<float> folded) = Fold(device, shape, weight, bias, x);
        kernels.Expand(device.Stream, matrix, folded, x.Weights, x.Residual, hidden);

        double[] result = device.DownloadCached(hidden, shape.Type);
        for (int row = 0; row < rows; row++)
        {
            (double[] sums, double[] magnitudes) = x.Product(weight, row);
            for (int n = 0; n < sums.Length; n++)
            {
                double y = sums[n] + bias[n], expected = Oracle.Gelu(y);
                // GELU's slope is at most 1.13.
                double allowed = (1.2 * Allowed(magnitudes[n], y)) + Oracle.Rounding(shape.Type, expected);
                Expect.Near($"expand: hidden {n} of row {row}", expected, result[(row * shape.Inner) + n], allowed);
            }
        }
    }

    private static void Logits(SuiteDevice device, MatrixVectorKernels kernels, KernelShape shape, int rows, Random random)
    {
        var embedding = new EncodedMatrix(shape, shape.Vocabulary, shape.Width, random, 0.3f);
        var x = new Normalized(device, shape, rows, random);
        DeviceSpan<float> logits = device.Upload(Enumerable.Repeat(-7f, rows * shape.LogitsStride).ToArray());

        kernels.Logits(device.Stream, device.Upload(embedding), x.Weights, x.Residual, logits);

        float[] result = device.Download(logits);
        for (int row = 0; row < rows; row++)
        {
            (double[] sums, double[] magnitudes) = Oracle.Product(embedding, x.Rows[row]);
            for (int n = 0; n < shape.LogitsStride; n++)
            {
                float found = result[(row * shape.LogitsStride) + n];
                if (n < shape.Vocabulary) Expect.Near($"logit {n} of row {row}", sums[n], found, Allowed(magnitudes[n], sums[n]));
                else Expect.Equal($"padding {n} of row {row}", -7f, found);
            }
        }
    }

    private static (DeviceMatrix Matrix, DeviceSpan<float> Bias) Fold(
        SuiteDevice device, KernelShape shape, EncodedMatrix weight, float[] bias, Normalized x)
    {
        DeviceMatrix matrix = device.Upload(weight);
        DeviceSpan<float> folded = device.Upload(bias);
        var kernel = new FoldShiftKernel(device.Load(FoldShiftKernel.Variant(shape)), shape);
        kernel.Launch(device.Stream, matrix, x.Weights.Shift, folded, folded);
        return (matrix, folded);
    }

    // Sums are f32 in a tree of short chains: their error grows with the terms' absolute sum, a few times 2^-24 of it. Its inputs are
    // LayerNorm's, off by rsqrt.approx's 2^-22.9 and its own sums: a mean of 30 is known to an ulp of 1.9e-6, and the deviation is 0.9.
    private static double Allowed(double magnitude, double value) => (4e-6 * magnitude) + (1e-6 * Math.Abs(value)) + 1e-7;

    /// <summary>A residual stream on the device with a LayerNorm, and what that makes of it.</summary>
    private sealed class Normalized
    {
        private readonly double[] _shift;

        public Normalized(SuiteDevice device, KernelShape shape, int rows, Random random)
        {
            float[] gain = random.Floats(shape.Width, 0.3f, 1), shift = random.Floats(shape.Width, 0.2f);
            // A mean far from zero: a one-pass variance would lose its digits.
            float[] values = random.Floats(rows * shape.Width, 1.5f, 30);
            Residual = device.Upload(values);
            Weights = new LayerNormWeights(device.Upload(gain), device.Upload(shift), Epsilon);
            _shift = Array.ConvertAll(shift, value => (double)value);
            Rows = [.. Enumerable.Range(0, rows).Select(
                row => Oracle.LayerNorm(values.AsSpan(row * shape.Width, shape.Width), gain, shift, Epsilon))];
        }

        public DeviceSpan<float> Residual { get; }

        public LayerNormWeights Weights { get; }

        public double[][] Rows { get; }

        /// <summary>The product of a row, and the sums of its terms' magnitudes where the shift is multiplied apart.</summary>
        public (double[] Sums, double[] Magnitudes) Product(EncodedMatrix weight, int row)
        {
            double[] unshifted = [.. Rows[row].Zip(_shift, (value, shift) => value - shift)];
            double[] ofShift = Oracle.Product(weight, _shift).Magnitudes, ofRest = Oracle.Product(weight, unshifted).Magnitudes;
            return (Oracle.Product(weight, Rows[row]).Sums, [.. ofRest.Zip(ofShift, (a, b) => a + b)]);
        }
    }
}
