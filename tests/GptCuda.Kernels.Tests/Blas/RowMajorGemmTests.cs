using GptCuda.Kernels.Blas;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native.Blas;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;
using GptCuda.Kernels.Tests.Fakes;

namespace GptCuda.Kernels.Tests.Blas;

[Collection(FakeDriver.Collection)]
public sealed class RowMajorGemmTests : IDisposable
{
    private readonly CudaContext _context = FakeDriver.NewContext();
    private readonly CudaStream _stream;
    private readonly DeviceBuffer<float> _memory;

    public RowMajorGemmTests()
    {
        _stream = new CudaStream(_context);
        _memory = new DeviceBuffer<float>(_context, 1024);
        FakeCublas.Symbols();
    }

    public void Dispose()
    {
        _memory.Dispose();
        _stream.Dispose();
        _context.Dispose();
        Assert.Equal(0, FakeDriver.LiveAllocations);
    }

    [Fact]
    public void Multiply_First_LoadsAndSetsUpInOrder()
    {
        int loads = 0;
        using var gemm = new RowMajorGemm(_stream, () =>
        {
            loads++;
            return FakeCublas.Symbols();
        });
        Assert.False(gemm.IsReady);

        gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4));
        gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4));

        Assert.Equal(1, loads);
        Assert.Equal(
            [
                "cublasCreate_v2()", "cublasSetStream_v2()", $"cublasSetWorkspace_v2({32 << 20})",
                "cublasSetPointerMode_v2(CUBLAS_POINTER_MODE_HOST)", "cublasSetMathMode(16)",
            ],
            FakeCublas.Calls.Take(5));
        Assert.Equal(7, FakeCublas.Calls.Count);
    }

    [Theory]
    [InlineData(7, 5, 4)]
    [InlineData(8, 9, 4)]
    [InlineData(9, 0, 32)]
    [InlineData(12, 0, 32)]
    public void WorkspaceBytes_ByArchitecture_AreWhatNvidiaAdvises(int major, int minor, int megabytes) =>
        Assert.Equal(megabytes << 20, RowMajorGemm.WorkspaceBytes(new ComputeCapability(major, minor)));

    [Fact]
    public void Multiply_RowMajor_AsksForTheTransposedProduct()
    {
        using var gemm = new RowMajorGemm(_stream, FakeCublas.Symbols);

        // C [2, 4] = A [3, 2]^T B [4, 3]^T with rows apart.
        gemm.Multiply(Matrix(3, 2, 5), Matrix(4, 3, 6), Matrix(2, 4, 7), transposeA: true, transposeB: true, alpha: 2, beta: 3);

        Assert.Equal(
            "cublasGemmEx(CUBLAS_OP_T CUBLAS_OP_T 4 2 3 2 CUDA_R_32F 6 CUDA_R_32F 5 3 CUDA_R_32F 7 CUBLAS_COMPUTE_32F CUBLAS_GEMM_DEFAULT)",
            FakeCublas.Calls[^1]);
    }

    [Fact]
    public void Multiply_TF32_OnlyWhereAskedAndOnlyForF32()
    {
        using var gemm = new RowMajorGemm(_stream, FakeCublas.Symbols) { AllowTF32 = true };
        GemmMatrix half = GemmMatrix.BF16(_memory.Span.As<ushort>(), 4, 4);

        gemm.Multiply(Matrix(4, 4), Matrix(4, 4), Matrix(4, 4));
        Assert.Contains("CUBLAS_COMPUTE_32F_FAST_TF32", FakeCublas.Calls[^1]);
        gemm.Multiply(half, half, Matrix(4, 4));
        Assert.Contains("CUDA_R_16BF 4 CUDA_R_16BF 4 0 CUDA_R_32F 4 CUBLAS_COMPUTE_32F CUBLAS", FakeCublas.Calls[^1]);
    }

    [Fact]
    public void Multiply_ShapesOrTypesThatDoNotFit_AreRefusedBeforeLoading()
    {
        using var gemm = new RowMajorGemm(_stream, () => throw new InvalidOperationException("loaded"));
        GemmMatrix half = GemmMatrix.F16(_memory.Span.As<Half>(), 2, 3);

        Assert.Contains(
            "F32 [2, 3] times F32 [4, 4] into F32 [2, 4]",
            Assert.Throws<ArgumentException>(() => gemm.Multiply(Matrix(2, 3), Matrix(4, 4), Matrix(2, 4))).Message);
        Assert.Throws<ArgumentException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(3, 4)));
        Assert.Throws<ArgumentException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 3)));
        Assert.Throws<ArgumentException>(() => gemm.Multiply(half, Matrix(3, 4), Matrix(2, 4)));
        Assert.Throws<ArgumentException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 3), half));
    }

    [Theory]
    [InlineData(0, 3, 0)]
    [InlineData(2, -1, 0)]
    [InlineData(2, 4, 3)]
    [InlineData(33, 32, 0)]
    [InlineData(32, 32, 33)]
    public void Matrix_OutsideItsMemory_IsRefused(int rows, int columns, int stride) =>
        Assert.Throws<ArgumentException>(() => GemmMatrix.F32(_memory.Span, rows, columns, stride));

    [Fact]
    public void Multiply_RefusedByCublas_SaysTheShapes()
    {
        using var gemm = new RowMajorGemm(_stream, FakeCublas.Symbols);
        gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4));
        FakeCublas.Status = cublasStatus_t.CUBLAS_STATUS_ALLOC_FAILED;

        var exception = Assert.Throws<CublasException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4)));

        Assert.Equal(
            "cublasGemmEx failed for F32 [2, 3] times F32 [3, 4] into F32 [2, 4]: CUBLAS_WORDS (3), CUBLAS_WORDS. "
            + "The device has 1,073,741,824 bytes free of 85,899,345,920.",
            exception.Message);
        FakeCublas.Status = (cublasStatus_t)7;
        exception = Assert.Throws<CublasException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4)));
        Assert.EndsWith("CUBLAS_WORDS (7), CUBLAS_WORDS.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Multiply_FailsBecauseTheContextIsLost_SaysThat()
    {
        using var gemm = new RowMajorGemm(_stream, FakeCublas.Symbols);
        gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4));
        FakeCublas.Status = (cublasStatus_t)13;
        FakeDriver.Fail("cuStreamQuery", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);

        var exception = Assert.Throws<CudaException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4)));

        Assert.True(exception.ContextLost);
        Assert.Contains("cublasGemmEx(2, 4, 3)", exception.Message);
        // What is held of a lost context went with it.
        FakeDriver.Reset();
    }

    [Fact]
    public void Load_ThatFailsHalfWay_FreesWhatItMade()
    {
        FakeDriver.Fail("cuMemAlloc_v2", CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        using var gemm = new RowMajorGemm(_stream, FakeCublas.Symbols);

        Assert.Throws<CudaOutOfMemoryException>(() => gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4)));

        Assert.Equal("cublasDestroy_v2()", FakeCublas.Calls[^1]);
        Assert.False(gemm.IsReady);
        FakeDriver.Mend("cuMemAlloc_v2");
        gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4));
    }

    [Fact]
    public void Dispose_OnAnotherThread_MakesTheContextCurrentFirst()
    {
        var gemm = new RowMajorGemm(_stream, FakeCublas.Symbols);
        gemm.Multiply(Matrix(2, 3), Matrix(3, 4), Matrix(2, 4));
        int before = FakeDriver.Calls.Count(call => call == "cuCtxSetCurrent");
        var thread = new Thread(gemm.Dispose);

        thread.Start();
        thread.Join();

        Assert.Equal("cublasDestroy_v2()", FakeCublas.Calls[^1]);
        // For the handle, and again for the workspace.
        Assert.Equal(before + 2, FakeDriver.Calls.Count(call => call == "cuCtxSetCurrent"));
    }

    private GemmMatrix Matrix(int rows, int columns, int stride = 0) => GemmMatrix.F32(_memory.Span, rows, columns, stride);
}
