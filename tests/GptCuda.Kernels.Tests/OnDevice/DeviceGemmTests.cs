using GptCuda.Kernels.Blas;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Tests.OnDevice;

[Collection(TestDevice.Collection)]
public sealed class DeviceGemmTests(TestDevice device)
{
    // bf16 keeps 8 significant bits, f16 11; sums are in f32. Inputs are rounded before the oracle sees them, so only the
    // result's rounding and the order of the sum are left.
    [SkippableTheory]
    [InlineData(GemmType.F32, GemmType.F32, 1e-5)]
    [InlineData(GemmType.BF16, GemmType.F32, 1e-5)]
    [InlineData(GemmType.F16, GemmType.F32, 1e-5)]
    [InlineData(GemmType.BF16, GemmType.BF16, 1.0 / 256)]
    [InlineData(GemmType.F16, GemmType.F16, 1.0 / 2048)]
    public void Multiply_EveryTranspose_IsTheProductInDoublePrecision(GemmType type, GemmType result, double tolerance)
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using var gemm = new RowMajorGemm(stream, () => device.Libraries.Cublas);
        foreach ((bool transposeA, bool transposeB) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            foreach ((int m, int n, int k) in new[] { (1, 1, 1), (9, 33, 31), (17, 64, 65) })
            {
                using var a = new GemmOperand(context, stream, type, transposeA ? k : m, transposeA ? m : k, padding: 3, seed: 1);
                using var b = new GemmOperand(context, stream, type, transposeB ? n : k, transposeB ? k : n, padding: 0, seed: 2);
                using var c = new GemmOperand(context, stream, result, m, n, padding: 5, seed: 3);
                double[,] before = c.Read(stream);

                gemm.Multiply(a.Matrix, b.Matrix, c.Matrix, transposeA, transposeB, alpha: 0.5f, beta: 2f);

                double[,] after = c.Read(stream);
                for (int row = 0; row < m; row++)
                {
                    for (int column = 0; column < n; column++)
                    {
                        double sum = 0, size = 0;
                        for (int i = 0; i < k; i++)
                        {
                            double product = (transposeA ? a[i, row] : a[row, i]) * (transposeB ? b[column, i] : b[i, column]);
                            sum += product;
                            size += Math.Abs(product);
                        }
                        double expected = (0.5 * sum) + (2 * before[row, column]);
                        double scale = (0.5 * size) + Math.Abs(2 * before[row, column]);
                        Assert.True(
                            Math.Abs(after[row, column] - expected) <= tolerance * scale,
                            $"[{row}, {column}] of {m}x{n}x{k}: {after[row, column]} for {expected}");
                    }
                }
            }
        }
    }

    [SkippableFact]
    public void Multiply_Captured_RunsWithTheGraph()
    {
        using CudaContext context = device.NewContext();
        using var stream = new CudaStream(context);
        using var gemm = new RowMajorGemm(stream, () => device.Libraries.Cublas);
        using var a = new GemmOperand(context, stream, GemmType.F32, 8, 8, padding: 0, seed: 1);
        using var c = new GemmOperand(context, stream, GemmType.F32, 8, 8, padding: 0, seed: 2);
        Assert.Throws<InvalidOperationException>(() =>
        {
            using CaptureScope scope = stream.BeginCapture();
            gemm.Multiply(a.Matrix, a.Matrix, c.Matrix);
        });
        gemm.Multiply(a.Matrix, a.Matrix, c.Matrix);
        double[,] expected = c.Read(stream);

        CudaGraph graph;
        using (CaptureScope scope = stream.BeginCapture())
        {
            gemm.Multiply(a.Matrix, a.Matrix, c.Matrix);
            graph = scope.End();
        }
        using CudaGraphInstance instance = graph.Instantiate("product");
        graph.Dispose();
        c.Clear(stream);
        instance.Launch(stream);

        Assert.Equal(expected, c.Read(stream));
    }
}
