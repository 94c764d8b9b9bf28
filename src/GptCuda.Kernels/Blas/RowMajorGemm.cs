using System.Globalization;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Launching;
using GptCuda.Kernels.Memory;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Blas;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Blas;

/// <summary>
/// Matrix products by cuBLAS on one stream. cuBLAS is loaded by the first product, which must not be one that is captured.
/// </summary>
/// <remarks>
/// cuBLAS is column-major. A row-major matrix is its transpose there, so C = A B is asked for as C^T = B^T A^T, and nothing is
/// moved. Sums are in f32, also where a product is split (cuBLAS would else add bf16 parts in bf16).
/// </remarks>
public sealed unsafe class RowMajorGemm : IDisposable
{
    private readonly CudaStream _stream;
    private readonly Func<SymbolTable> _library;
    private LibCublas? _cublas;
    private cublasHandle_t _handle;
    private DeviceBuffer<byte>? _workspace;
    private long _held;
    private bool _disposed;

    /// <param name="stream">Where products are queued.</param>
    /// <param name="library">Finds cuBLAS; called once, by the first product.</param>
    public RowMajorGemm(CudaStream stream, Func<SymbolTable> library)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(library);
        _stream = stream;
        _library = library;
    }

    /// <summary>Whether f32 products may be rounded to TF32 (10 bits) on the way in; off unless asked for.</summary>
    public bool AllowTF32 { get; init; }

    /// <summary>Whether cuBLAS is loaded and ready.</summary>
    public bool IsReady => _cublas is not null;

    /// <summary>Bytes of workspace that cuBLAS is given, as NVIDIA recommends.</summary>
    public static int WorkspaceBytes(ComputeCapability device) => (device.Major >= 9 ? 32 : 4) << 20;

    /// <summary>Queues C = alpha op(A) op(B) + beta C.</summary>
    /// <param name="a">[M, K], or [K, M] where transposed.</param>
    /// <param name="b">[K, N], or [N, K] where transposed; of A's type.</param>
    /// <param name="c">[M, N], of A's type or f32.</param>
    /// <param name="transposeA">Whether A is transposed.</param>
    /// <param name="transposeB">Whether B is transposed.</param>
    /// <param name="alpha">Factor on the product.</param>
    /// <param name="beta">Factor on what C held; with 0 it is not read.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit together; the message has them.</exception>
    /// <exception cref="InvalidOperationException">This is the first product and the stream is being captured.</exception>
    /// <exception cref="CublasException">cuBLAS refused; the message has the shapes.</exception>
    /// <exception cref="CudaException">The context is lost, or there is no memory for the workspace.</exception>
    public void Multiply(
        GemmMatrix a, GemmMatrix b, GemmMatrix c, bool transposeA = false, bool transposeB = false, float alpha = 1, float beta = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int m = transposeA ? a.Columns : a.Rows, k = transposeA ? a.Rows : a.Columns;
        int n = transposeB ? b.Rows : b.Columns, kOfB = transposeB ? b.Columns : b.Rows;
        if (k != kOfB || c.Rows != m || c.Columns != n || a.Type != b.Type || (c.Type != a.Type && c.Type != GemmType.F32))
            throw new ArgumentException($"Shapes or types do not fit: {Describe(a, b, c, transposeA, transposeB)}.");
        _stream.Enter();
        LibCublas cublas = _cublas ?? Load();

        cublasStatus_t status = cublas.cublasGemmEx(
            _handle, Operation(transposeB), Operation(transposeA), n, m, k, &alpha,
            (void*)b.Address, Native(b.Type), b.Stride, (void*)a.Address, Native(a.Type), a.Stride, &beta, (void*)c.Address, Native(c.Type),
            c.Stride,
            AllowTF32 && a.Type == GemmType.F32 ? cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_TF32 : cublasComputeType_t.CUBLAS_COMPUTE_32F,
            cublasGemmAlgo_t.CUBLAS_GEMM_DEFAULT);
        if (status != cublasStatus_t.CUBLAS_STATUS_SUCCESS)
            throw Failure(cublas, status, nameof(cublas.cublasGemmEx), Describe(a, b, c, transposeA, transposeB));
        _stream.Launched(nameof(cublas.cublasGemmEx), new Dim3(m, n, k), default);
    }

    /// <summary>Frees the handle and the workspace.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_cublas is null) return;
        // cuBLAS frees in whatever context is current, which on another thread is none. Of the statuses only success is told apart.
        _stream.Context.Release((delegate* unmanaged<cublasHandle_t, CUresult>)_cublas.cublasDestroy_v2, _handle, _held);
        _workspace?.Dispose();
    }

    private LibCublas Load()
    {
        if (_stream.IsCapturing)
            throw new InvalidOperationException(
                $"The first product of stream {_stream.Name} cannot be captured: it loads cuBLAS. Run once before.");
        var cublas = new LibCublas(_library());
        int bytes = WorkspaceBytes(_stream.Context.Device.ComputeCapability);
        cublasHandle_t handle;
        Check(cublas, cublas.cublasCreate_v2(&handle), nameof(cublas.cublasCreate_v2));
        try
        {
            // In this order: setting the stream takes the workspace away again.
            Check(cublas, cublas.cublasSetStream_v2(handle, _stream.Handle), nameof(cublas.cublasSetStream_v2));
            _workspace ??= new DeviceBuffer<byte>(_stream.Context, bytes);
            Check(
                cublas,
                cublas.cublasSetWorkspace_v2(handle, (void*)_workspace.Span.Address, (nuint)bytes),
                nameof(cublas.cublasSetWorkspace_v2));
            Check(
                cublas,
                cublas.cublasSetPointerMode_v2(handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_HOST),
                nameof(cublas.cublasSetPointerMode_v2));
            Check(
                cublas,
                cublas.cublasSetMathMode(
                    handle, cublasMath_t.CUBLAS_DEFAULT_MATH | cublasMath_t.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION),
                nameof(cublas.cublasSetMathMode));
        }
        catch
        {
            cublas.cublasDestroy_v2(handle);
            _workspace?.Dispose();
            _workspace = null;
            throw;
        }
        _held = LeakRegistry.Add("cuBLAS handle", $"stream {_stream.Name}");
        _handle = handle;
        return _cublas = cublas;
    }

    private static cublasOperation_t Operation(bool transposed) =>
        transposed ? cublasOperation_t.CUBLAS_OP_T : cublasOperation_t.CUBLAS_OP_N;

    private static cudaDataType Native(GemmType type) => type switch
    {
        GemmType.F32 => cudaDataType.CUDA_R_32F,
        GemmType.F16 => cudaDataType.CUDA_R_16F,
        _ => cudaDataType.CUDA_R_16BF,
    };

    private static string Describe(GemmMatrix a, GemmMatrix b, GemmMatrix c, bool transposeA, bool transposeB) =>
        $"{a}{(transposeA ? " transposed" : "")} times {b}{(transposeB ? " transposed" : "")} into {c}";

    private void Check(LibCublas cublas, cublasStatus_t status, string function)
    {
        if (status != cublasStatus_t.CUBLAS_STATUS_SUCCESS) throw Failure(cublas, status, function, $"stream {_stream.Name}");
    }

    private Exception Failure(LibCublas cublas, cublasStatus_t status, string function, string what)
    {
        // cuBLAS reports a lost context as a failure of its own; the driver knows better. A capture would not survive the question.
        if (!_stream.IsCapturing)
        {
            CUresult state = _stream.Context.Cu.cuStreamQuery(_stream.Handle);
            if (StickyErrors.Contains(state)) return _stream.Context.Failure(state, function, what);
        }
        string name = Marshal.PtrToStringUTF8((nint)cublas.cublasGetStatusName(status)) ?? "an unknown status";
        string text = Marshal.PtrToStringUTF8((nint)cublas.cublasGetStatusString(status)) ?? "";
        string memory = "";
        // The first is also what creating a handle answers when there is no memory for it.
        if (!_stream.IsCapturing && status is cublasStatus_t.CUBLAS_STATUS_NOT_INITIALIZED or cublasStatus_t.CUBLAS_STATUS_ALLOC_FAILED)
        {
            (long free, long total) = _stream.Context.Memory();
            memory = string.Create(CultureInfo.InvariantCulture, $" The device has {free:N0} bytes free of {total:N0}.");
        }
        return new CublasException($"{function} failed for {what}: {name} ({(int)status}), {text}.{memory}", function, (int)status);
    }
}
