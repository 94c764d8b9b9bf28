using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Blas.cublasStatus_t;
using static GptCuda.VirtualGpu.Blas.cudaDataType;

namespace GptCuda.VirtualGpu.Tests.Blas;

/// <summary>Products against plain sums in double precision.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class GemmTests
{
    // 15, 16, 17 and 5, 6, 7 lie around the kernel's panels, 31 to 33 around a chunk of k, 191 to 193 around a tile.
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(16, 6, 32)]
    [InlineData(17, 7, 33)]
    [InlineData(15, 5, 31)]
    [InlineData(193, 191, 257)]
    [InlineData(192, 385, 64)]
    [InlineData(3, 200, 1025)]
    [InlineData(768, 1, 100)]
    public void GemmEx_EveryTransposeAndPadding_SumsInDoublePrecision(int m, int n, int k)
    {
        using BlasSession session = new();
        foreach (bool transposeA in (bool[])[false, true])
        {
            foreach (bool transposeB in (bool[])[false, true])
                Check(session, transposeA, transposeB, m, n, k, CUDA_R_32F, CUDA_R_32F, alpha: 0.75f, beta: transposeA ? -0.5f : 0);
        }
    }

    [Theory]
    [InlineData((int)CUDA_R_16BF, (int)CUDA_R_16BF)]
    [InlineData((int)CUDA_R_16BF, (int)CUDA_R_32F)]
    [InlineData((int)CUDA_R_16F, (int)CUDA_R_16F)]
    [InlineData((int)CUDA_R_16F, (int)CUDA_R_32F)]
    public void GemmEx_NarrowTypes_RoundOnceToTheOutput(int type, int typeC)
    {
        using BlasSession session = new();
        session.SetMathMode(cublasMath_t.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);
        Check(session, true, false, 65, 43, 130, (cudaDataType)type, (cudaDataType)typeC, alpha: 1, beta: 1);
        Check(session, false, true, 40, 12, 31, (cudaDataType)type, (cudaDataType)typeC, alpha: 0.5f, beta: 0);
    }

    [Fact]
    public void Sgemm_LeadingDimensions_LeavePaddingAlone()
    {
        using BlasSession session = new();
        Random random = new(5);
        TestMatrix a = new(random, CUDA_R_32F, 20, 9, padding: 4), b = new(random, CUDA_R_32F, 9, 11, padding: 2),
            c = new(random, CUDA_R_32F, 20, 11, padding: 3);
        float alpha = 1, beta = 0;
        Assert.Equal(CUBLAS_STATUS_SUCCESS, ((delegate* unmanaged<
            nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, float*, int, float*, int, float*, float*, int,
            cublasStatus_t>)&CublasExports.cublasSgemm_v2)(
            session.Handle, cublasOperation_t.CUBLAS_OP_N, cublasOperation_t.CUBLAS_OP_N, 20, 11, 9, &alpha,
            (float*)a.Address, a.Leading, (float*)b.Address, b.Leading, &beta, (float*)c.Address, c.Leading));
        RequireProduct(a, false, b, false, c, c.Download(), 9, 1, 0, 0);
    }

    [Fact]
    public void GemmStridedBatchedEx_SharedOperand_MultipliesEach()
    {
        using BlasSession session = new();
        Random random = new(6);
        const int M = 18, N = 5, K = 40, Batch = 3;
        TestMatrix a = new(random, CUDA_R_16BF, M, K * Batch), b = new(random, CUDA_R_16BF, K, N),
            c = new(random, CUDA_R_32F, M, N * Batch);
        float alpha = 1, beta = 0;
        Assert.Equal(CUBLAS_STATUS_SUCCESS, ((delegate* unmanaged<
            nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, long, void*, cudaDataType, int,
            long,
            void*, void*, cudaDataType, int, long, int, cublasComputeType_t, int,
            cublasStatus_t>)&CublasExports.cublasGemmStridedBatchedEx)(
            session.Handle, cublasOperation_t.CUBLAS_OP_N, cublasOperation_t.CUBLAS_OP_N, M, N, K, &alpha,
            (void*)a.Address, CUDA_R_16BF, M, M * K, (void*)b.Address, CUDA_R_16BF, K, 0,
            &beta, (void*)c.Address, CUDA_R_32F, M, M * N, Batch, cublasComputeType_t.CUBLAS_COMPUTE_32F, -1));
        double[] results = c.Download();
        for (int batch = 0; batch < Batch; batch++)
        {
            for (int row = 0; row < M; row++)
            {
                for (int column = 0; column < N; column++)
                {
                    double expected = Enumerable.Range(0, K).Sum(i => a.At(row, batch * K + i) * b.At(i, column));
                    // Products of 8-bit fractions and their sums below 2^10 are exact in f32.
                    Assert.Equal(expected, results[(batch * N + column) * M + row]);
                }
            }
        }
    }

    [Fact]
    public void GemmEx_TF32_RoundsOperandsToTenBits()
    {
        using BlasSession session = new();
        // 1 + 2^-11 lies between two TF32 numbers and goes away from zero, to 1 + 2^-10; 1 + 2^-12 goes to 1.
        nint a = DriverSession.Upload(1f + MathF.ScaleB(1, -11), 1f + MathF.ScaleB(1, -12)), b = DriverSession.Upload(1f),
            c = DriverSession.Allocate(8);
        Assert.Equal(
            CUBLAS_STATUS_SUCCESS,
            session.TryMultiply(false, false, 2, 1, 1, a, 2, b, 1, c, 2, compute: cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_TF32));
        Assert.Equal([1f + MathF.ScaleB(1, -10), 1f], DriverSession.Download<float>(c, 2));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 2, 1, 1, a, 2, b, 1, c, 2));
        Assert.Equal([1f + MathF.ScaleB(1, -11), 1f + MathF.ScaleB(1, -12)], DriverSession.Download<float>(c, 2));
    }

    [Fact]
    public void GemmEx_SplitSumIntoBF16_IsRoundedInPartsUnlessForbidden()
    {
        // Of 256 sums some come out otherwise when their parts are rounded to 8 bits before they are added; a seed may not split at all.
        bool differs = false;
        for (ulong seed = 1; seed <= 8 && !differs; seed++)
        {
            using BlasSession session = new(change: options => options with { Execution = new ExecutionOptions { Seed = seed } });
            Random random = new(7);
            TestMatrix a = new(random, CUDA_R_16BF, 32, 512), b = new(random, CUDA_R_16BF, 512, 8), c = new(random, CUDA_R_16BF, 32, 8);
            session.TryMultiply(false, false, 32, 8, 512, a.Address, 32, b.Address, 512, c.Address, 32, type: CUDA_R_16BF);
            double[] parts = c.Download();
            session.SetMathMode(cublasMath_t.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);
            session.TryMultiply(false, false, 32, 8, 512, a.Address, 32, b.Address, 512, c.Address, 32, type: CUDA_R_16BF);
            differs = !parts.AsSpan().SequenceEqual(c.Download());
        }
        Assert.True(differs);
    }

    [Fact]
    public void GemmEx_OtherShapesAndSeeds_SumInOtherOrders()
    {
        // Numbers of very different size: f32 sums depend on their order.
        float[] Run(ulong seed, int n)
        {
            using BlasSession session = new(change: options => options with { Execution = new ExecutionOptions { Seed = seed } });
            Random random = new(8);
            nint a = DriverSession.Upload<float>([.. Enumerable.Range(0, 512).Select(_ => (float)Math.Exp(random.NextDouble() * 20 - 10))]);
            nint b = DriverSession.Upload<float>(
                [.. Enumerable.Repeat(Enumerable.Range(0, 512).Select(_ => random.NextSingle() - 0.5f).ToArray(), n).SelectMany(x => x)]);
            nint c = DriverSession.Allocate(4 * n);
            Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, n, 512, a, 1, b, 512, c, 1));
            return DriverSession.Download<float>(c, n);
        }
        Assert.Equal(Run(1, 4), Run(1, 4));
        Assert.True(Enumerable.Range(1, 8).Select(seed => Run((ulong)seed, 4)[0]).Distinct().Count() > 1);
        Assert.True(Enumerable.Range(1, 8).Select(n => Run(0, n)[0]).Distinct().Count() > 1);
    }

    [Fact]
    public void GemmEx_BetaZero_DoesNotReadC()
    {
        using BlasSession session = new();
        nint a = DriverSession.Upload(2f), b = DriverSession.Upload(3f), unwritten = DriverSession.Allocate(4),
            c = DriverSession.Upload(float.NaN);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, a, 1, b, 1, unwritten, 1));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, a, 1, b, 1, c, 1));
        Assert.Equal([6f], DriverSession.Download<float>(unwritten, 1));
        Assert.Equal([6f], DriverSession.Download<float>(c, 1));
    }

    [Fact]
    public void GemmEx_AlphaZeroOrNoK_ScalesCAlone()
    {
        using BlasSession session = new();
        nint unwritten = DriverSession.Allocate(4), c = DriverSession.Upload(8f);
        Assert.Equal(
            CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, unwritten, 1, unwritten, 1, c, 1, alpha: 0, beta: 0.5f));
        Assert.Equal([4f], DriverSession.Download<float>(c, 1));
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 0, 0, 1, 0, 1, c, 1, alpha: 1, beta: 0.5f));
        Assert.Equal([2f], DriverSession.Download<float>(c, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GemmEx_DeviceFactors_AreReadWhenTheProductRuns(bool lazy)
    {
        using BlasSession session = new(lazy ? Schedule.Lazy : Schedule.Eager);
        nint a = DriverSession.Upload(2f), b = DriverSession.Upload(3f), c = DriverSession.Upload(10f),
            factors = DriverSession.Upload(7f, 1f);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetPointerMode(cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE));
        Assert.Equal(
            CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, a, 1, b, 1, c, 1, (float*)factors, (float*)(factors + 4)));
        Assert.Equal([52f], DriverSession.Download<float>(c, 1));
    }

    [Fact]
    public void GemmEx_Captured_IsAKernelNodeThatRunsAtEachLaunch()
    {
        using BlasSession session = new();
        nint stream = DriverSession.NewStream(), a = DriverSession.Upload(2f), b = DriverSession.Upload(3f), c = DriverSession.Upload(0f);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.SetStream(stream));
        session.TryMultiply(false, false, 1, 1, 1, a, 1, b, 1, c, 1, alpha: 1, beta: 1);
        Cuda.Call("cuStreamBeginCapture_v2", stream, 0);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(false, false, 1, 1, 1, a, 1, b, 1, c, 1, alpha: 1, beta: 1));
        nint graph = Cuda.GetLast("cuStreamEndCapture", stream);
        nint exec = Cuda.Get("cuGraphInstantiateWithFlags", graph, 0);
        Assert.Equal([6f], DriverSession.Download<float>(c, 1));
        Cuda.Call("cuGraphLaunch", exec, stream);
        Cuda.Call("cuGraphLaunch", exec, stream);
        Assert.Equal([18f], DriverSession.Download<float>(c, 1));
        IOperation operation = Assert.Single(session.Driver.Machine.Graphs.Get(graph).Nodes).Operation;
        Assert.Equal((CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL, "gemm_32f_32f_nn"), (operation.NodeType, operation.Name));
    }

    private static void Check(
        BlasSession session, bool transposeA, bool transposeB, int m, int n, int k, cudaDataType type, cudaDataType typeC, float alpha,
        float beta)
    {
        Random random = new(m * 31 + n * 7 + k);
        TestMatrix a = new(random, type, transposeA ? k : m, transposeA ? m : k, padding: 3),
            b = new(random, type, transposeB ? n : k, transposeB ? k : n, padding: 1);
        TestMatrix c = new(random, typeC, m, n, padding: 2);
        Assert.Equal(CUBLAS_STATUS_SUCCESS, session.TryMultiply(
            transposeA, transposeB, m, n, k, a.Address, a.Leading, b.Address, b.Leading, c.Address, c.Leading, alpha, beta, type, typeC));
        // Half a unit in the last place: 8 bits of significand in bf16, 11 in f16; f32 sums of these numbers are exact.
        double rounding = typeC switch { CUDA_R_16BF => 1.0 / 256, CUDA_R_16F => 1.0 / 2048, _ => 0 };
        RequireProduct(a, transposeA, b, transposeB, c, c.Download(), k, alpha, beta, rounding);
    }

    private static void RequireProduct(
        TestMatrix a, bool transposeA, TestMatrix b, bool transposeB, TestMatrix c, double[] results, int k, double alpha, double beta,
        double rounding)
    {
        for (int column = 0; column < c.Columns; column++)
        {
            for (int row = 0; row < c.Leading; row++)
            {
                double expected = c.At(row, column), actual = results[column * c.Leading + row];
                if (row >= c.Rows)
                {
                    Assert.Equal(expected, actual);
                    continue;
                }
                expected *= beta;
                for (int i = 0; i < k; i++)
                    expected += alpha * a.At(row, i, transposeA) * b.At(i, column, transposeB);
                Assert.True(
                    Math.Abs(actual - expected) <= rounding * Math.Abs(expected),
                    $"row {row}, column {column}: expected {expected}, found {actual}");
            }
        }
    }
}
