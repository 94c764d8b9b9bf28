using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.KernelSuite;

/// <summary>kernels/embed.cu, layernorm.cu, epilogue.cu and likelihood.cu.</summary>
internal static class ElementwiseChecks
{
    private const float Epsilon = 1e-5f;

    private static readonly float[] Extremes = [0, -0f, 60, -60, 1e4f, -1e4f, 1e-30f, -12];

    public static IEnumerable<KernelCheck> All()
    {
        foreach (MatrixType type in Enum.GetValues<MatrixType>())
        {
            foreach ((int heads, int headSize) in ((int, int)[])[(1, 1), (1, 31), (3, 11), (8, 128)])
            {
                var shape = new KernelShape(heads * headSize, heads, headSize, (4 * heads * headSize) - 1, 41, type);
                if (heads != 3 && type is not (MatrixType.F32 or MatrixType.BF16)) continue;
                yield return Embed(shape);
                if (type == MatrixType.Int8) continue;
                yield return LayerNorm(shape);
                yield return StoreQkv(shape);
                yield return BiasGelu(shape);
            }
        }
        foreach (int vocabulary in (int[])[1, 255, 257, 50257])
            yield return Likelihood(new KernelShape(64, 1, 64, 256, vocabulary, MatrixType.F32));
    }

    private static KernelCheck Embed(KernelShape shape) => new(
        $"embed {shape.Suffix}, width {shape.Width}",
        [EmbedKernel.Variant(shape)],
        device =>
        {
            const int Context = 7;
            var random = new Random(shape.Width);
            var tokens = new EncodedMatrix(shape, shape.Vocabulary, shape.Width, random, 0.5f);
            float[] positions = random.Floats(Context * shape.Width, 0.5f);
            int[] tokenOf = [0, shape.Vocabulary - 1, 17, 17], positionOf = [Context - 1, 0, 3, 4];
            DeviceSpan<float> residual = device.Allocate<float>(tokenOf.Length * shape.Width);

            new EmbedKernel(device.Load(EmbedKernel.Variant(shape)), shape).Launch(
                device.Stream, device.Upload(tokenOf), device.Upload(positionOf), device.Upload(tokens), device.Upload(positions),
                    residual);

            float[] result = device.Download(residual);
            for (int i = 0; i < result.Length; i++)
            {
                int t = i / shape.Width, column = i % shape.Width;
                double expected = tokens.Values[(tokenOf[t] * shape.Width) + column] + positions[(positionOf[t] * shape.Width) + column];
                // One product and one sum of f32, of values below 1.
                Expect.Near($"token {t}, channel {column}", expected, result[i], 1.2e-7);
            }
        });

    private static KernelCheck LayerNorm(KernelShape shape) => new(
        $"layernorm {shape.Suffix}, width {shape.Width}",
        [LayerNormKernel.Variant(shape)],
        device =>
        {
            const int Tokens = 9;
            var random = new Random(shape.Width);
            float[] residual = random.Floats(Tokens * shape.Width, 1.5f, 30), pending = random.Floats(shape.Width, 0.5f);
            float[] gain = random.Floats(shape.Width, 0.3f, 1), shift = random.Floats(shape.Width, 0.2f);
            residual.AsSpan(0, shape.Width).Fill(-4.5f);   // no variance: what is left is the shift
            int[] chosen = [8, 0, 3, 3, 7];
            var kernel = new LayerNormKernel(device.Load(LayerNormKernel.Variant(shape)), shape);
            var norm = new LayerNormWeights(device.Upload(gain), device.Upload(shift), Epsilon);
            DeviceSpan<float> stream = device.Upload(residual);
            DeviceSpan<byte> some = device.Allocate<byte>(chosen.Length * shape.Width * shape.CachedBytes);
            DeviceSpan<byte> all = device.Allocate<byte>(Tokens * shape.Width * shape.CachedBytes);

            kernel.Launch(device.Stream, chosen.Length, stream, default, device.Upload(chosen), norm, some);
            Compare(
                "chosen", device.DownloadCached(some, shape.Type),
                chosen.Select(row => residual[(row * shape.Width)..((row + 1) * shape.Width)]));

            kernel.Launch(device.Stream, Tokens, stream, device.Upload(pending), default, norm, all);
            float[] sums = [.. residual.Select((value, i) => value + pending[i % shape.Width])], after = device.Download(stream);
            for (int i = 0; i < sums.Length; i++) Expect.Equal($"residual element {i} with what was pending", sums[i], after[i]);
            Compare("pending", device.DownloadCached(all, shape.Type), sums.Chunk(shape.Width));

            void Compare(string what, double[] result, IEnumerable<float[]> rows)
            {
                double[] expected = [.. rows.SelectMany(row => Oracle.LayerNorm(row, gain, shift, Epsilon))];
                for (int i = 0; i < expected.Length; i++)
                {
                    // The mean of values near 30 is off by some 2^-20; where variance is small that is magnified by 1 / sqrt(epsilon).
                    double allowed = 2e-5 + Oracle.Rounding(shape.Type, expected[i]);
                    Expect.Near($"{what}: row {i / shape.Width}, channel {i % shape.Width}", expected[i], result[i], allowed);
                }
            }
        });

    private static KernelCheck StoreQkv(KernelShape shape) => new(
        $"store_qkv {shape.Suffix}, {shape.Heads} heads of {shape.HeadSize}",
        [EpilogueKernels.Variant(shape)],
        device =>
        {
            const int Layers = 3, Layer = 2, Slots = 4, Context = 6;
            int[] slots = [3, 0, 0, 1], positions = [0, 4, 5, 2];
            var random = new Random(shape.Width);
            float[] product = random.Floats(slots.Length * 3 * shape.Width, 2), bias = random.Floats(3 * shape.Width, 1);
            byte[] before = new byte[shape.CacheLength(Layers, Slots, Context) * shape.CachedBytes];
            Array.Fill(before, (byte)0x3C);
            DeviceSpan<byte> cache = device.Upload(before);
            DeviceSpan<float> queries = device.Allocate<float>(slots.Length * shape.Width);

            new EpilogueKernels(device.Load(EpilogueKernels.Variant(shape)), shape).StoreQkv(
                device.Stream, slots.Length, device.Upload(product), device.Upload(bias), queries, new DeviceCache(cache, Slots, Context),
                new RowPlaces(device.Upload(slots), device.Upload(positions)), Layer);

            float[] q = device.Download(queries);
            var expected = new CacheExpectation(device, shape, Slots, Context, Layer, before);
            for (int t = 0; t < slots.Length; t++)
            {
                for (int n = 0; n < 3 * shape.Width; n++)
                {
                    float y = product[(t * 3 * shape.Width) + n] + bias[n];
                    if (n < shape.Width) Expect.Equal($"query {n} of token {t}", y, q[(t * shape.Width) + n]);
                    else expected.Set(slots[t], (n / shape.Width) - 1, positions[t], n % shape.Width, y, 0);
                }
            }
            expected.Compare(cache);
        });

    private static KernelCheck BiasGelu(KernelShape shape) => new(
        $"bias_gelu {shape.Suffix}, inner {shape.Inner}",
        [EpilogueKernels.Variant(shape)],
        device =>
        {
            const int Tokens = 3;
            var random = new Random(shape.Inner);
            float[] product = random.Floats(Tokens * shape.Inner, 8), bias = random.Floats(shape.Inner, 1);
            // Where the exponential overflows or vanishes.
            for (int i = 0; i < Extremes.Length; i++) product[i % product.Length] = Extremes[i];
            DeviceSpan<byte> output = device.Allocate<byte>(Tokens * shape.Inner * shape.CachedBytes);

            new EpilogueKernels(device.Load(EpilogueKernels.Variant(shape)), shape).BiasGelu(
                device.Stream, Tokens, device.Upload(product), device.Upload(bias), output);

            double[] result = device.DownloadCached(output, shape.Type);
            for (int i = 0; i < result.Length; i++)
            {
                float x = product[i] + bias[i % shape.Inner];
                double expected = Oracle.Gelu(x);
                // exp(-2u) in f32 is off by 2^-23 |2u|, and GELU's tails by that share.
                Expect.Near(
                    $"GELU of {x:G9}", expected, result[i], (1e-5 * Math.Abs(expected)) + 1e-6 + Oracle.Rounding(shape.Type, expected));
            }
        });

    private static KernelCheck Likelihood(KernelShape shape) => new(
        $"likelihood, vocabulary {shape.Vocabulary}",
        [LikelihoodKernel.Variant(shape)],
        device =>
        {
            int[] targets = [0, shape.Vocabulary - 1, shape.Vocabulary / 2];
            var random = new Random(shape.Vocabulary);
            float[] logits = Enumerable.Repeat(float.NaN, targets.Length * shape.LogitsStride).ToArray();
            for (int row = 0; row < targets.Length; row++)
                random.Floats(shape.Vocabulary, 20, -60).CopyTo(logits, row * shape.LogitsStride);
            DeviceSpan<float> output = device.Allocate<float>(targets.Length);

            new LikelihoodKernel(device.Load(LikelihoodKernel.Variant(shape))).Launch(
                device.Stream, device.Upload(logits), device.Upload(targets), output);

            float[] result = device.Download(output);
            for (int row = 0; row < targets.Length; row++)
            {
                float[] values = logits[(row * shape.LogitsStride)..((row * shape.LogitsStride) + shape.Vocabulary)];
                double highest = values.Max(), sum = values.Sum(value => Math.Exp(value - highest));
                // Differences of logits near 80 in f32, and lg2.approx's 2^-22.
                Expect.Near($"row {row}", Math.Log(sum) + highest - values[targets[row]], result[row], 2e-5);
            }
        });
}
