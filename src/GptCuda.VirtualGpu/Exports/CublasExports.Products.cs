using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Memory;
using static GptCuda.VirtualGpu.Blas.cublasStatus_t;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class CublasExports
{
    private const int DefaultAlgorithm = -1;

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasSgemm_v2))]
    public static cublasStatus_t cublasSgemm_v2(
        nint handle, cublasOperation_t operationA, cublasOperation_t operationB, int m, int n, int k, float* alpha,
        float* a, int leadingA, float* b, int leadingB, float* beta, float* c, int leadingC) =>
        Multiply(nameof(cublasSgemm_v2), handle, alpha, beta, new GemmRequest(
            operationA, operationB, m, n, k,
            new((ulong)a, cudaDataType.CUDA_R_32F, leadingA, 0),
            new((ulong)b, cudaDataType.CUDA_R_32F, leadingB, 0),
            new((ulong)c, cudaDataType.CUDA_R_32F, leadingC, 0),
            1, cublasComputeType_t.CUBLAS_COMPUTE_32F, DefaultAlgorithm));

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGemmEx))]
    public static cublasStatus_t cublasGemmEx(
        nint handle, cublasOperation_t operationA, cublasOperation_t operationB, int m, int n, int k, void* alpha,
        void* a, cudaDataType typeA, int leadingA, void* b, cudaDataType typeB, int leadingB,
        void* beta, void* c, cudaDataType typeC, int leadingC, cublasComputeType_t computeType, int algorithm) =>
        Multiply(nameof(cublasGemmEx), handle, alpha, beta, new GemmRequest(
            operationA, operationB, m, n, k,
            new((ulong)a, typeA, leadingA, 0), new((ulong)b, typeB, leadingB, 0), new((ulong)c, typeC, leadingC, 0),
            1, computeType, algorithm));

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGemmStridedBatchedEx))]
    public static cublasStatus_t cublasGemmStridedBatchedEx(
        nint handle, cublasOperation_t operationA, cublasOperation_t operationB, int m, int n, int k, void* alpha,
        void* a, cudaDataType typeA, int leadingA, long strideA, void* b, cudaDataType typeB, int leadingB, long strideB,
        void* beta, void* c, cudaDataType typeC, int leadingC, long strideC, int batch, cublasComputeType_t computeType, int algorithm) =>
        Multiply(nameof(cublasGemmStridedBatchedEx), handle, alpha, beta, new GemmRequest(
            operationA, operationB, m, n, k,
            new((ulong)a, typeA, leadingA, strideA), new((ulong)b, typeB, leadingB, strideB), new((ulong)c, typeC, leadingC, strideC),
            batch, computeType, algorithm));

    private static cublasStatus_t Multiply(string function, nint handle, void* alpha, void* beta, GemmRequest request) =>
        BlasBoundary.Call(function, handle, known =>
        {
            VirtualDriver driver = known.Context.Driver;
            VirtualStream stream = DriverExports.Stream(known.Context, known.Stream);
            GemmProblem problem = request.Check(
                Scalar(known, "alpha", alpha), Scalar(known, "beta", beta), known, driver.Profile.ComputeCapability);
            if (request.IsEmpty)
                return;
            if (stream.Capture is { } capture && !known.IsWarm && known.Workspace.Bytes == 0)
            {
                capture.Invalidate();
                throw new BlasException(CUBLAS_STATUS_EXECUTION_FAILED,
                    "a handle's first product allocates the workspace, which a capture forbids: run one before, or set a workspace.");
            }
            known.IsWarm = true;
            known.Context.Submit(stream, new GemmOperation(problem, known.Workspace, driver.Checks, driver.Seed));
            // As the driver's own calls: work that ran at once and failed is reported by the next call, or by this one.
            known.Context.ThrowIfFaulted();
        });

    /// <summary>A factor: read now where it is the host's, when the product runs where it is the device's.</summary>
    private static GemmScalar Scalar(BlasHandle handle, string name, void* pointer)
    {
        Require(pointer is not null, $"{name} is null.");
        if (handle.PointerMode == cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE)
            return new GemmScalar(name, 0, (ulong)pointer);
        DeviceMemory memory = handle.Context.Driver.Memory;
        // The host cannot read device memory; here it could.
        Require(!memory.Contains((ulong)pointer) || memory.Find((ulong)pointer) is { Kind: AllocationKind.PinnedHost },
            $"{name} is in device memory, and the pointer mode is CUBLAS_POINTER_MODE_HOST.");
        return new GemmScalar(name, *(float*)pointer, 0);
    }
}
