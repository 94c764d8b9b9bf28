using GptCuda.Kernels.Kernels;
using GptCuda.Kernels.Memory;

namespace GptCuda.KernelSuite;

/// <summary>kernels/attention_decode.cu and attention_prefill.cu.</summary>
internal static class AttentionChecks
{
    private const int Layers = 2, Layer = 1;

    public static IEnumerable<KernelCheck> All()
    {
        foreach (MatrixType type in (MatrixType[])[MatrixType.F32, MatrixType.BF16, MatrixType.F16])
        {
            foreach (int headSize in (int[])[20, 32, 64, 80, 128])
                yield return Decode(Shape(3, headSize, type)) with { IsVariation = headSize != 64 && type == MatrixType.F16 };
        }
        // GPT-2 124M at position 512 and at the last one; more rows than there are splits to share.
        yield return Decode(Shape(12, 64, MatrixType.BF16), 1024, 512) with { IsVariation = true };
        yield return Decode(Shape(12, 64, MatrixType.F32), 1024, 1023) with { IsVariation = true };
        yield return Decode(Shape(12, 64, MatrixType.F16), 1000, 999, 1, 3, 600, 400, 0, -1, 47) with { IsVariation = true };
        yield return Decode(Shape(1, 1, MatrixType.BF16));
        yield return Decode(Shape(1, 256, MatrixType.F32));
        yield return Decode(Shape(1, 256, MatrixType.BF16));
        yield return Decode(Shape(3, 33, MatrixType.F16)) with { IsVariation = true };
    }

    /// <summary>Prefill, on tensor cores and exact.</summary>
    public static IEnumerable<KernelCheck> Prefills()
    {
        foreach (MatrixType type in (MatrixType[])[MatrixType.F32, MatrixType.BF16, MatrixType.F16])
        {
            foreach (int headSize in (int[])[20, 32, 64, 80, 128])
                yield return Prefill(Shape(2, headSize, type)) with { IsVariation = headSize != 64 && type == MatrixType.F16 };
        }
        yield return Prefill(Shape(1, 256, MatrixType.BF16));
        yield return Prefill(Shape(1, 256, MatrixType.F32));
        yield return Prefill(Shape(2, 1, MatrixType.F32));
        yield return Prefill(Shape(1, 33, MatrixType.F32));
        // Elements of an odd head are stored one by one; at 192 a tile is as large and at 256 as small as they get.
        yield return Prefill(Shape(3, 33, MatrixType.BF16)) with { IsVariation = true };
        yield return Prefill(Shape(1, 192, MatrixType.F16)) with { IsVariation = true };
    }

    private static KernelShape Shape(int heads, int headSize, MatrixType type) => new(heads * headSize, heads, headSize, 16, 16, type);

    private static KernelCheck Decode(KernelShape shape, int context = 200, params int[] positions) => new(
        $"attention_decode {shape.Suffix}, {shape.Heads} heads of {shape.HeadSize}, context {context}",
        [AttentionDecodeKernel.Variant(shape)],
        device =>
        {
            var kernel = new AttentionDecodeKernel(device.Context, device.Load(AttentionDecodeKernel.Variant(shape)), shape);
            if (positions.Length > 0)
            {
                Decode(device, kernel, shape, context, positions);
                return;
            }
            // Around a split's edges, the first and the last position, and a row without a sequence.
            int split = Math.Min(kernel.SplitKeys(context), context / 2);
            Decode(device, kernel, shape, context, [0, split - 2, split - 1, split, -1, 2 * split, context - 1]);
            Decode(device, kernel, shape, context, [context - 1]);
        });

    private static void Decode(SuiteDevice device, AttentionDecodeKernel kernel, KernelShape shape, int context, int[] positions)
    {
        int rows = positions.Length, slots = rows + 1;
        var random = new Random(shape.HeadSize);
        int[] slotOf = [.. Enumerable.Range(0, rows).Select(row => positions[row] < 0 ? -1 : slots - 1 - row)];
        float[] queries = random.Floats(rows * shape.Width, 2);
        var cache = new CacheContent(shape, Layers, slots, context, random);
        foreach (int row in Enumerable.Range(0, rows).Where(row => slotOf[row] >= 0)) cache.Fill(Layer, slotOf[row], positions[row] + 1);
        DeviceSpan<byte> output = device.Allocate<byte>((long)rows * shape.Width * shape.CachedBytes);
        DeviceSpan<uint> tickets = device.Upload(new uint[rows * shape.Heads]);
        double scale = 1 / Math.Sqrt(shape.HeadSize);

        // Twice: the first leaves the tickets as the second needs them.
        for (int launch = 0; launch < 2; launch++)
        {
            kernel.Launch(
                device.Stream, rows, device.Upload(queries), new DeviceCache(device.Upload(cache.Bytes), slots, context),
                new RowPlaces(device.Upload(slotOf), device.Upload(positions)), device.Allocate<float>(kernel.PartialLength(rows, context)),
                tickets, output, (float)scale, Layer);
        }

        double[] result = device.DownloadCached(output, shape.Type);
        for (int row = 0; row < rows; row++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                double[] q = Query(shape, queries, row, head);
                double[][] Vectors(int keyOrValue) => cache.Vectors(keyOrValue, Layer, slotOf[row], head, positions[row] + 1);
                double[] expected = slotOf[row] < 0 ? new double[shape.HeadSize] : Oracle.Attention(q, Vectors(0), Vectors(1), scale);
                // f32 but for the result; scores of up to 30 make their 2^-22 an error of the weights.
                for (int i = 0; i < expected.Length; i++)
                {
                    double found = result[(row * shape.Width) + (head * shape.HeadSize) + i];
                    double allowed = 1e-5 + Oracle.Rounding(shape.Type, expected[i]);
                    Expect.Near($"row {row} at {positions[row]}, head {head}, element {i}", expected[i], found, allowed);
                }
            }
        }
        foreach (uint ticket in device.Download(tickets)) Expect.Equal("a ticket after the launch", 0u, ticket);
    }

    private static KernelCheck Prefill(KernelShape shape) => new(
        $"attention_prefill {shape.Suffix}, {shape.Heads} heads of {shape.HeadSize}",
        [AttentionPrefillKernel.Variant(shape)],
        device =>
        {
            int each = AttentionPrefillKernel.QueriesPerTile(shape), slots = 4, context = each + 70;
            // A single token, one far into its sequence, a tile and one more from the start, and some after a cached part.
            (int Slot, int First, int Count)[] runs = [(2, 0, 1), (0, 69, 1), (3, 0, each + 1), (1, 33, 37)];
            var random = new Random(shape.HeadSize);
            var cache = new CacheContent(shape, Layers, slots, context, random);
            var tiles = new List<QueryTile>();
            int tokens = 0;
            foreach ((int slot, int first, int count) in runs)
            {
                cache.Fill(Layer, slot, first + count);
                for (int done = 0; done < count; done += each)
                    tiles.Add(new QueryTile(tokens + done, Math.Min(each, count - done), slot, first + done));
                tokens += count;
            }
            // Queries that the cache's type holds exactly: their rounding is no matter of this check.
            float[] queries = Array.ConvertAll(random.Floats(tokens * shape.Width, 2), value => MathF.Round(value * 16) / 16);
            var kernel = new AttentionPrefillKernel(device.Load(AttentionPrefillKernel.Variant(shape)), shape);
            DeviceSpan<byte> output = device.Allocate<byte>(tokens * shape.Width * shape.CachedBytes);
            double scale = 1 / Math.Sqrt(shape.HeadSize);

            kernel.Launch(
                device.Stream, device.Upload(tiles.ToArray()), device.Upload(queries),
                new DeviceCache(device.Upload(cache.Bytes), slots, context),
                output, (float)scale, Layer);

            double[] result = device.DownloadCached(output, shape.Type);
            // f32: as in decode. Otherwise probabilities and results are rounded to the cache's type, values are below 1.
            double allowed = shape.Type switch { MatrixType.F32 => 1e-5, MatrixType.BF16 => 1.0 / 128, _ => 1.0 / 1024 };
            int token = 0;
            foreach ((int slot, int first, int count) in runs)
            {
                for (int position = first; position < first + count; position++, token++)
                {
                    for (int head = 0; head < shape.Heads; head++)
                    {
                        double[] expected = Oracle.Attention(
                            Query(shape, queries, token, head),
                            cache.Vectors(0, Layer, slot, head, position + 1),
                            cache.Vectors(1, Layer, slot, head, position + 1),
                            scale);
                        for (int i = 0; i < expected.Length; i++)
                            Expect.Near(
                                $"slot {slot}, position {position}, head {head}, element {i}", expected[i],
                                result[(token * shape.Width) + (head * shape.HeadSize) + i], allowed);
                    }
                }
            }
        });

    private static double[] Query(KernelShape shape, float[] queries, int row, int head) =>
        Array.ConvertAll(queries.AsSpan((row * shape.Width) + (head * shape.HeadSize), shape.HeadSize).ToArray(), value => (double)value);
}
