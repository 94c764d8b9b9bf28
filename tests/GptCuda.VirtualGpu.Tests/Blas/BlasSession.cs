using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Tests.Driver;

namespace GptCuda.VirtualGpu.Tests.Blas;

/// <summary>A machine and a cuBLAS handle for the time of a test.</summary>
internal sealed unsafe class BlasSession : IDisposable
{
    private readonly DriverSession _driver;

    public BlasSession(Schedule schedule = Schedule.Eager, Func<DriverOptions, DriverOptions>? change = null)
    {
        _driver = new DriverSession(schedule, change);
        nint handle;
        Assert.Equal(
            cublasStatus_t.CUBLAS_STATUS_SUCCESS, ((delegate* unmanaged<nint*, cublasStatus_t>)&CublasExports.cublasCreate_v2)(&handle));
        Handle = handle;
    }

    public nint Handle { get; }

    public DriverSession Driver => _driver;

    public void Dispose() => _driver.Dispose();

    /// <summary>C = alpha op(A) op(B) + beta C by cublasGemmEx with host factors.</summary>
    public cublasStatus_t TryMultiply(
        bool transposeA, bool transposeB, int m, int n, int k, nint a, int lda, nint b, int ldb, nint c, int ldc,
        float alpha = 1, float beta = 0, cudaDataType type = cudaDataType.CUDA_R_32F, cudaDataType? typeC = null,
        cublasComputeType_t compute = cublasComputeType_t.CUBLAS_COMPUTE_32F) =>
        TryMultiply(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, &alpha, &beta, type, typeC, compute);

    /// <summary>As the other one, with factors wherever they are.</summary>
    public cublasStatus_t TryMultiply(
        bool transposeA, bool transposeB, int m, int n, int k, nint a, int lda, nint b, int ldb, nint c, int ldc,
        float* alpha, float* beta, cudaDataType type = cudaDataType.CUDA_R_32F, cudaDataType? typeC = null,
        cublasComputeType_t compute = cublasComputeType_t.CUBLAS_COMPUTE_32F, int algorithm = -1, int operationOffset = 0) =>
        ((delegate* unmanaged<
            nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, void*, cudaDataType, int,
            void*, void*, cudaDataType, int, cublasComputeType_t, int, cublasStatus_t>)&CublasExports.cublasGemmEx)(
            Handle, Operation(transposeA) + (uint)operationOffset, Operation(transposeB), m, n, k, alpha, (void*)a, type, lda, (void*)b,
            type, ldb,
            beta, (void*)c, typeC ?? type, ldc, compute, algorithm);

    public cublasStatus_t SetStream(nint stream) =>
        ((delegate* unmanaged<nint, nint, cublasStatus_t>)&CublasExports.cublasSetStream_v2)(Handle, stream);

    public cublasStatus_t SetWorkspace(nint address, int bytes) =>
        ((delegate* unmanaged<nint, void*, nuint, cublasStatus_t>)&CublasExports.cublasSetWorkspace_v2)(
            Handle, (void*)address, (nuint)bytes);

    public cublasStatus_t SetMathMode(cublasMath_t mode) =>
        ((delegate* unmanaged<nint, cublasMath_t, cublasStatus_t>)&CublasExports.cublasSetMathMode)(Handle, mode);

    public cublasStatus_t SetPointerMode(cublasPointerMode_t mode) =>
        ((delegate* unmanaged<nint, cublasPointerMode_t, cublasStatus_t>)&CublasExports.cublasSetPointerMode_v2)(Handle, mode);

    public static cublasOperation_t Operation(bool transposed) =>
        transposed ? cublasOperation_t.CUBLAS_OP_T : cublasOperation_t.CUBLAS_OP_N;
}
