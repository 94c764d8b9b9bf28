using GptCuda.VirtualGpu.Checking;
using GptCuda.VirtualGpu.Tests.Execution;

namespace GptCuda.VirtualGpu.Tests.Samples;

/// <summary>The sample kernels, each compiled by NVRTC and by clang, against plain C# in double precision.</summary>
public sealed class SampleKernelTests
{
    public static TheoryData<string> Compilers => new(SampleText.Compilers);

    private static TestDevice Device(string sample, string compiler, CheckLevel level = CheckLevel.All)
    {
        var device = new TestDevice(level, budget: 400_000_000);
        device.Load(SampleText.Load(sample, compiler), $"{sample}.{compiler}");
        return device;
    }

    private static float[] Random(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1) * scale)];
    }

    private static ushort ToBFloat(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }

    private static ushort[] BFloats(float[] values) => [.. values.Select(ToBFloat)];

    private static float FromBFloat(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static float[] Floats(ushort[] values) => [.. values.Select(FromBFloat)];

    private static byte[] Structure(params object[] fields)
    {
        using var stream = new MemoryStream();
        foreach (object field in fields)
        {
            byte[] bytes = field switch
            {
                ulong value => BitConverter.GetBytes(value),
                int value => BitConverter.GetBytes(value),
                _ => BitConverter.GetBytes((float)field),
            };
            stream.Write(bytes);
        }
        return stream.ToArray();
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void AddLayerNorm_WarpAndBlockForm_MatchDouble(string compiler)
    {
        const int rows = 5, width = 768;
        using TestDevice device = Device("a_add_layernorm", compiler);
        float[] x = Random(rows * width, 1), delta = Random(rows * width, 2), gamma = Random(width, 3), beta = Random(width, 4);
        foreach (string kernel in new[] { "add_layernorm_768", "add_layernorm_768_block" })
        {
            ulong atX = device.Upload<float>(x), outAt = device.Allocate<ushort>(rows * width);
            ulong atDelta = device.Upload<float>(delta), atGamma = device.Upload<float>(gamma), atBeta = device.Upload<float>(beta);
            if (kernel.EndsWith("block", StringComparison.Ordinal))
                device.Launch(kernel, new(rows, 1, 1), new(192, 1, 1), 0, false, atX, atDelta, atGamma, atBeta, outAt);
            else
                device.Launch(kernel, new((rows + 3) / 4, 1, 1), new(128, 1, 1), 0, false, atX, atDelta, atGamma, atBeta, outAt, rows);
            float[] sums = device.Download<float>(atX, rows * width), result = Floats(device.Download<ushort>(outAt, rows * width));
            for (int row = 0; row < rows; row++)
            {
                double[] sum = [.. Enumerable.Range(row * width, width).Select(i => (double)(x[i] + delta[i]))];
                double mean = sum.Average(), variance = sum.Average(value => (value - mean) * (value - mean));
                for (int c = 0; c < width; c++)
                {
                    double expected = (sum[c] - mean) / Math.Sqrt(variance + 1e-5) * gamma[c] + beta[c];
                    Assert.Equal((float)sum[c], sums[row * width + c]);
                    // Half a unit of bf16's 8 digits, and the float arithmetic before it.
                    Assert.Equal(expected, result[row * width + c], Math.Abs(expected) / 256 + 1e-4);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Gemv_BiasAndGelu_MatchDouble(string compiler)
    {
        using TestDevice device = Device("b_gemv", compiler);
        string kernel = device.Module.Kernels.Keys.First(name => name.Contains("gelu", StringComparison.Ordinal));
        const int k = 768, n = 96;
        ushort[] w = BFloats(Random(n * k, 5, 0.1f)), x = BFloats(Random(k, 6));
        float[] bias = Random(n, 7);
        ulong y = device.Allocate<float>(n);
        var counters = device.Launch(kernel, new(n / 16, 1, 1), new(256, 1, 1), 0, false,
            device.Upload<ushort>(w), device.Upload<ushort>(x), device.Upload<float>(bias), y, n);
        float[] result = device.Download<float>(y, n);
        Assert.True(counters.Sum.GlobalLoadBytes >= n * k * 2);
        for (int row = 0; row < n; row++)
        {
            double sum = bias[row];
            for (int i = 0; i < k; i++)
                sum += (double)FromBFloat(w[row * k + i]) * FromBFloat(x[i]);
            double expected = 0.5 * sum * (1 + Math.Tanh(0.7978845608028654 * (sum + 0.044715 * sum * sum * sum)));
            // tanh.approx is 2^-11 off by intent.
            Assert.Equal(expected, result[row], Math.Abs(sum) / 1024 + 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void DecodeAttention_SplitsAndTicket_MatchDouble(string compiler)
    {
        const int heads = 3, d = 64, length = 45, splits = 3, stride = 64;
        using TestDevice device = Device("c_decode_attn", compiler);
        float[] q = Random(heads * d, 14);
        ushort[] k = BFloats(Random(heads * stride * d, 15)), v = BFloats(Random(heads * stride * d, 16));
        ulong part = device.Allocate<float>(heads * splits * (d + 2)), ticket = device.Upload(new uint[heads]),
            output = device.Allocate<ushort>(heads * d);
        byte[] arguments = Structure(device.Upload<float>(q), device.Upload<ushort>(k), device.Upload<ushort>(v), part, ticket, output,
            length, splits, stride, 0);
        for (int launch = 0; launch < 2; launch++)
        {
            device.Launch("decode_attn", new(heads, splits, 1), new(128, 1, 1), 0, false, arguments);
            float[] result = Floats(device.Download<ushort>(output, heads * d));
            for (int h = 0; h < heads; h++)
            {
                var weights = new double[length];
                for (int j = 0; j < length; j++)
                {
                    for (int i = 0; i < d; i++)
                        weights[j] += (double)q[h * d + i] * FromBFloat(k[(h * stride + j) * d + i]);
                    weights[j] = Math.Exp(weights[j] / 8);
                }
                double total = weights.Sum();
                for (int i = 0; i < d; i++)
                {
                    double expected = Enumerable.Range(0, length).Sum(j => weights[j] / total * FromBFloat(v[(h * stride + j) * d + i]));
                    // Rounded to bf16 at the end.
                    Assert.Equal(expected, result[h * d + i], Math.Abs(expected) / 256 + 1e-4);
                }
            }
            // The ticket wraps, so that the next launch finds it as this one did.
            Assert.Equal(new uint[heads], device.Download<uint>(ticket, heads));
        }
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void FlashPrefill_CausalAttention_MatchesDouble(string compiler)
    {
        const int tokens = 80, heads = 2, d = 64, stride = heads * d;
        using TestDevice device = Device("d_flash_prefill", compiler);
        ushort[] q = BFloats(Random(tokens * stride, 11)), k = BFloats(Random(tokens * stride, 12)),
            v = BFloats(Random(tokens * stride, 13));
        ulong o = device.Allocate<ushort>(tokens * stride);
        device.Launch("flash_prefill", new((tokens + 63) / 64, heads, 1), new(128, 1, 1), 5 * 64 * 128, false,
            device.Upload<ushort>(q), device.Upload<ushort>(k), device.Upload<ushort>(v), o, tokens, stride, stride, 0);
        float[] result = Floats(device.Download<ushort>(o, tokens * stride));
        for (int h = 0; h < heads; h++)
        {
            for (int t = 0; t < tokens; t++)
            {
                var weights = new double[t + 1];
                for (int j = 0; j <= t; j++)
                {
                    double score = 0;
                    for (int i = 0; i < d; i++)
                        score += (double)FromBFloat(q[t * stride + h * d + i]) * FromBFloat(k[j * stride + h * d + i]);
                    weights[j] = Math.Exp(score / 8);
                }
                double total = weights.Sum();
                for (int i = 0; i < d; i++)
                {
                    double expected = 0;
                    for (int j = 0; j <= t; j++)
                        expected += weights[j] / total * FromBFloat(v[j * stride + h * d + i]);
                    // Probabilities are rounded to bf16 before the second product: 2^-9 of values up to 1.
                    Assert.Equal(expected, result[t * stride + h * d + i], 0.01);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Sample_TopOne_TakesTheLargest(string compiler)
    {
        using TestDevice device = Device("e_sample", compiler, CheckLevel.Bounds);
        float[] logits = Random(5000, 21, 10);
        int best = Array.IndexOf(logits, logits.Max());
        ulong result = device.Allocate<int>(1);
        device.Launch("sample_topk_topp", new(1, 1, 1), new(1024, 1, 1), 0, false,
            device.Upload<float>(logits), logits.Length, 1, 1f, 1f, 42u, 0u, result);
        Assert.Equal(best, device.Download<int>(result, 1)[0]);
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void PersistentMlp_GridBarriers_MatchDouble(string compiler)
    {
        const int width = 768, inner = 3072, blocks = 6;
        using TestDevice device = Device("f_persistent", compiler, CheckLevel.Bounds);
        ushort[] fc = BFloats(Random(inner * width, 31, 0.05f)), proj = BFloats(Random(width * inner, 32, 0.05f));
        float[] fcBias = Random(inner, 33), projBias = Random(width, 34), x = Random(width, 35);
        byte[] layer = Structure(device.Upload<ushort>(fc), device.Upload<ushort>(proj), device.Upload<float>(fcBias),
            device.Upload<float>(projBias), 0ul, 0ul);
        ulong atX = device.Upload<float>(x), atH = device.Allocate<float>(inner), bar = device.Upload<uint>(0u);
        device.Launch("persistent_mlp", new(blocks, 1, 1), new(256, 1, 1), inner * 4, cooperative: true,
            Structure(device.Upload<byte>(layer), atX, atH, bar, 1, 0));
        float[] result = device.Download<float>(atX, width);
        var h = new double[inner];
        for (int n = 0; n < inner; n++)
        {
            double sum = fcBias[n];
            for (int i = 0; i < width; i++)
                sum += (double)FromBFloat(fc[n * width + i]) * x[i];
            h[n] = 0.5 * sum * (1 + Math.Tanh(0.7978845608028654 * (sum + 0.044715 * sum * sum * sum)));
        }
        for (int n = 0; n < width; n++)
        {
            double expected = projBias[n] + x[n];
            for (int i = 0; i < inner; i++)
                expected += (double)FromBFloat(proj[n * inner + i]) * h[i];
            // 3072 terms of up to 0.05, each off by tanh's 2^-11.
            Assert.Equal(expected, result[n], 0.02);
        }
        Assert.Equal((uint)(2 * blocks), device.Download<uint>(bar, 1)[0]);
    }
}
