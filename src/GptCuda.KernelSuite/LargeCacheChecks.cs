using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.KernelSuite;

/// <summary>
/// All that writes and reads a cache at GPT-2 1558M's shape with 32 slots, in the last layer's last slot: five thousand million elements
/// lie before it, more than 32 bits count. Nothing else of the cache is touched.
/// </summary>
internal static class LargeCacheChecks
{
    private const int Layers = 48, Slots = 32, Context = 1024;
    private const float Epsilon = 1e-5f;

    // The last positions are stored by kernels, the ones before by the check.
    private const int Prefilled = 2, Known = Context - Prefilled - 1;

    public static IEnumerable<KernelCheck> All()
    {
        yield return Check(MatrixType.F16);
        yield return Check(MatrixType.F32) with { IsVariation = true };
    }

    private static KernelCheck Check(MatrixType type)
    {
        var shape = new KernelShape(1600, 25, 64, 6400, 50257, type);
        return new KernelCheck(
            $"cache of 1558M in {shape.Suffix}, {Slots} slots, the last slot of the last layer",
            [
                MatrixVectorKernels.Variant(shape, 1), FoldShiftKernel.Variant(shape), EpilogueKernels.Variant(shape),
                AttentionDecodeKernel.Variant(shape), AttentionPrefillKernel.Variant(shape),
            ],
            device => new Run(device, shape).All())
        {
            DeviceBytes = (shape.CacheLength(Layers, Slots, Context) * shape.CachedBytes) + (1L << 28),
        };
    }

    private sealed class Run
    {
        private readonly SuiteDevice _device;
        private readonly KernelShape _shape;
        private readonly Random _random = new(1558);
        private readonly DeviceCache _cache;
        private readonly DeviceSpan<byte> _slot;

        public Run(SuiteDevice device, KernelShape shape)
        {
            (_device, _shape) = (device, shape);
            long slotBytes = shape.CacheLength(1, 1, Context) * shape.CachedBytes;
            long bytes = shape.CacheLength(Layers, Slots, Context) * shape.CachedBytes;
            _cache = new DeviceCache(device.Allocate<byte>(bytes), Slots, Context);
            _slot = _cache.Elements.Slice(bytes - slotBytes, slotBytes);
        }

        public void All()
        {
            var content = new CacheContent(_shape, 1, 1, Context, _random);
            content.Fill(0, 0, Known);
            _device.Stream.Upload<byte>(content.Bytes, _slot);
            var expected = new CacheExpectation(_device, _shape, 1, Context, 0, content.Bytes);
            float[] queries = [.. StoreQkv(expected), .. Qkv(expected)];
            expected.Compare(_slot);
            double[] elements = _device.DownloadCached(_slot, _shape.Type);
            Decode(elements, queries);
            Prefill(elements, queries);
        }

        private float[] StoreQkv(CacheExpectation expected)
        {
            int width = _shape.Width;
            float[] product = _random.Floats(Prefilled * 3 * width, 1), bias = _random.Floats(3 * width, 1);
            int[] positions = [.. Enumerable.Range(Known, Prefilled)], slots = [.. Enumerable.Repeat(Slots - 1, Prefilled)];
            DeviceSpan<float> queries = _device.Allocate<float>(Prefilled * width);

            new EpilogueKernels(_device.Load(EpilogueKernels.Variant(_shape)), _shape).StoreQkv(
                _device.Stream, Prefilled, _device.Upload(product), _device.Upload(bias), queries, _cache,
                new RowPlaces(_device.Upload(slots), _device.Upload(positions)), Layers - 1);

            for (int t = 0; t < Prefilled; t++)
            {
                for (int n = width; n < 3 * width; n++)
                    expected.Set(0, (n / width) - 1, positions[t], n % width, product[(t * 3 * width) + n] + bias[n], 0);
            }
            return _device.Download(queries);
        }

        private float[] Qkv(CacheExpectation expected)
        {
            int width = _shape.Width;
            var weight = new EncodedMatrix(_shape, 3 * width, width, _random, 0.03f);
            float[] bias = _random.Floats(3 * width, 0.5f), gain = _random.Floats(width, 0.3f, 1), shift = _random.Floats(width, 0.2f);
            float[] residual = _random.Floats(width, 1.5f);
            DeviceSpan<float> query = _device.Allocate<float>(width), folded = _device.Upload(bias), shifts = _device.Upload(shift);
            DeviceMatrix matrix = _device.Upload(weight);
            new FoldShiftKernel(_device.Load(FoldShiftKernel.Variant(_shape)), _shape).Launch(
                _device.Stream, matrix, shifts, folded, folded);

            new MatrixVectorKernels(_device.Context, _device.Load(MatrixVectorKernels.Variant(_shape, 1)), _shape, 1).Qkv(
                _device.Stream, matrix, folded, new LayerNormWeights(_device.Upload(gain), shifts, Epsilon),
                _device.Upload(residual), query, _cache, Last(), Layers - 1);

            (double[] sums, _) = Oracle.Product(weight, Oracle.LayerNorm(residual, gain, shift, Epsilon));
            // As for the products of MatrixVectorChecks: 1600 terms below 0.1.
            for (int n = width; n < 3 * width; n++) expected.Set(0, (n / width) - 1, Context - 1, n % width, sums[n] + bias[n], 1e-4);
            return _device.Download(query);
        }

        private void Decode(double[] elements, float[] queries)
        {
            var kernel = new AttentionDecodeKernel(_device.Context, _device.Load(AttentionDecodeKernel.Variant(_shape)), _shape);
            DeviceSpan<byte> output = _device.Allocate<byte>((long)_shape.Width * _shape.CachedBytes);

            kernel.Launch(
                _device.Stream, 1, _device.Upload(queries[(Prefilled * _shape.Width)..]), _cache, Last(),
                _device.Allocate<float>(kernel.PartialLength(1, Context)), _device.Upload(new uint[_shape.Heads]), output,
                0.125f, Layers - 1);

            // f32 but for the result, which is below 3.
            Compare(
                "decode", elements, queries[(Prefilled * _shape.Width)..], Context - 1, _device.DownloadCached(output, _shape.Type),
                1e-5 + Oracle.Rounding(_shape.Type, 3));
        }

        private RowPlaces Last() => new(_device.Upload([Slots - 1]), _device.Upload([Context - 1]));

        private void Prefill(double[] elements, float[] queries)
        {
            int tokens = Prefilled + 1;
            var tile = new QueryTile(0, tokens, Slots - 1, Context - tokens);
            DeviceSpan<byte> output = _device.Allocate<byte>((long)tokens * _shape.Width * _shape.CachedBytes);

            new AttentionPrefillKernel(_device.Load(AttentionPrefillKernel.Variant(_shape)), _shape).Launch(
                _device.Stream, _device.Upload([tile]), _device.Upload(queries), _cache, output, 0.125f, Layers - 1);

            double[] result = _device.DownloadCached(output, _shape.Type);
            // 16 bits: queries, probabilities and results are rounded; values are below 3.
            for (int t = 0; t < tokens; t++)
            {
                Compare(
                    $"prefill, token {t}", elements, queries[(t * _shape.Width)..((t + 1) * _shape.Width)], Context - tokens + t,
                    result[(t * _shape.Width)..((t + 1) * _shape.Width)], _shape.Type == MatrixType.F32 ? 1e-5 : 4e-3);
            }
        }

        private void Compare(string what, double[] elements, float[] query, int position, double[] result, double allowed)
        {
            for (int head = 0; head < _shape.Heads; head++)
            {
                double[] q = Array.ConvertAll(query.AsSpan(head * 64, 64).ToArray(), value => (double)value);
                double[][] Vectors(int keyOrValue) => [.. Enumerable.Range(0, position + 1).Select(
                    key => elements.AsSpan(((((keyOrValue * _shape.Heads) + head) * Context) + key) * 64, 64).ToArray())];
                double[] expected = Oracle.Attention(q, Vectors(0), Vectors(1), 0.125);
                for (int i = 0; i < 64; i++)
                    Expect.Near($"{what}: head {head}, element {i}", expected[i], result[(head * 64) + i], allowed);
            }
        }
    }
}
