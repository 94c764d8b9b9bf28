using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Blas;
using GptCuda.VirtualGpu.Memory;
using static GptCuda.VirtualGpu.Blas.cublasStatus_t;

namespace GptCuda.VirtualGpu.Exports;

/// <summary>The functions of libcublas: handles and their settings.</summary>
internal static unsafe partial class CublasExports
{
    /// <summary>The release whose interface this is; the library's name says the major version.</summary>
    private const int Major = 12, Minor = 9, Patch = 1;

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasCreate_v2))]
    public static cublasStatus_t cublasCreate_v2(nint* handle) => BlasBoundary.Call(nameof(cublasCreate_v2), context =>
    {
        RequirePointer(handle);
        context.RefuseWhileCapturing(nameof(cublasCreate_v2));
        *handle = BlasBoundary.Add(new BlasHandle(context));
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasDestroy_v2))]
    public static cublasStatus_t cublasDestroy_v2(nint handle) => BlasBoundary.Call(nameof(cublasDestroy_v2), handle, known =>
    {
        // The real one waits for the device.
        known.Context.RefuseWhileCapturing(nameof(cublasDestroy_v2));
        known.Context.Drain();
        BlasBoundary.Remove(handle);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetVersion_v2))]
    public static cublasStatus_t cublasGetVersion_v2(nint handle, int* version) => BlasBoundary.Call(nameof(cublasGetVersion_v2), handle, _ =>
    {
        RequirePointer(version);
        *version = Major * 10000 + Minor * 100 + Patch;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetProperty))]
    public static cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value)
    {
        // Needs no device, and comes before there is one.
        if (value is null || !Enum.IsDefined(type))
            return CUBLAS_STATUS_INVALID_VALUE;
        *value = type switch
        {
            libraryPropertyType.MAJOR_VERSION => Major,
            libraryPropertyType.MINOR_VERSION => Minor,
            _ => Patch,
        };
        return CUBLAS_STATUS_SUCCESS;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetStatusName))]
    public static byte* cublasGetStatusName(cublasStatus_t status) => (byte*)ConstantText.Of(Enum.IsDefined(status) ? status.ToString() : "CUBLAS_STATUS_UNKNOWN");

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetStatusString))]
    public static byte* cublasGetStatusString(cublasStatus_t status) => (byte*)ConstantText.Of(status switch
    {
        CUBLAS_STATUS_SUCCESS => "success",
        CUBLAS_STATUS_NOT_INITIALIZED => "the library was not initialized",
        CUBLAS_STATUS_ALLOC_FAILED => "the resource allocation failed",
        CUBLAS_STATUS_INVALID_VALUE => "an invalid value was used as an argument",
        CUBLAS_STATUS_ARCH_MISMATCH => "an absent device architectural feature is required",
        CUBLAS_STATUS_MAPPING_ERROR => "an access to GPU memory space failed",
        CUBLAS_STATUS_EXECUTION_FAILED => "the function failed to launch on the GPU",
        CUBLAS_STATUS_INTERNAL_ERROR => "an internal operation failed",
        CUBLAS_STATUS_NOT_SUPPORTED => "the requested functionality is not supported",
        CUBLAS_STATUS_LICENSE_ERROR => "a license error was detected",
        _ => "an unknown status",
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasSetStream_v2))]
    public static cublasStatus_t cublasSetStream_v2(nint handle, nint stream) => BlasBoundary.Call(nameof(cublasSetStream_v2), handle, known =>
    {
        DriverExports.Stream(known.Context, stream);
        known.SetStream(stream);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetStream_v2))]
    public static cublasStatus_t cublasGetStream_v2(nint handle, nint* stream) => BlasBoundary.Call(nameof(cublasGetStream_v2), handle, known =>
    {
        RequirePointer(stream);
        *stream = known.Stream;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasSetWorkspace_v2))]
    public static cublasStatus_t cublasSetWorkspace_v2(nint handle, void* workspace, nuint bytes) =>
        BlasBoundary.Call(nameof(cublasSetWorkspace_v2), handle, known =>
        {
            ulong address = (ulong)workspace;
            if (bytes > 0)
            {
                Require(address != 0, "the workspace is null.");
                Require(address % DeviceMemory.Alignment == 0, $"the workspace at 0x{address:x} is not aligned to {DeviceMemory.Alignment} bytes.");
                Require(bytes <= long.MaxValue && known.Context.Driver.Memory.Explain(address, (long)bytes) is null,
                    $"the workspace of {bytes} bytes at 0x{address:x} is not inside one live allocation.");
            }
            known.SetWorkspace(address, (long)bytes);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasSetPointerMode_v2))]
    public static cublasStatus_t cublasSetPointerMode_v2(nint handle, cublasPointerMode_t mode) =>
        BlasBoundary.Call(nameof(cublasSetPointerMode_v2), handle, known =>
        {
            Require(Enum.IsDefined(mode), $"pointer mode {mode}.");
            known.PointerMode = mode;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetPointerMode_v2))]
    public static cublasStatus_t cublasGetPointerMode_v2(nint handle, cublasPointerMode_t* mode) =>
        BlasBoundary.Call(nameof(cublasGetPointerMode_v2), handle, known =>
        {
            RequirePointer(mode);
            *mode = known.PointerMode;
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasSetMathMode))]
    public static cublasStatus_t cublasSetMathMode(nint handle, cublasMath_t mode) => BlasBoundary.Call(nameof(cublasSetMathMode), handle, known =>
    {
        cublasMath_t plain = mode & ~cublasMath_t.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
        Require(plain <= cublasMath_t.CUBLAS_TF32_TENSOR_OP_MATH, $"math mode {(uint)mode}.");
        known.MathMode = mode;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetMathMode))]
    public static cublasStatus_t cublasGetMathMode(nint handle, cublasMath_t* mode) => BlasBoundary.Call(nameof(cublasGetMathMode), handle, known =>
    {
        RequirePointer(mode);
        *mode = known.MathMode;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasSetAtomicsMode))]
    public static cublasStatus_t cublasSetAtomicsMode(nint handle, uint mode) => BlasBoundary.Call(nameof(cublasSetAtomicsMode), handle, known =>
    {
        Require(mode <= 1, $"atomics mode {mode}.");
        known.AllowsAtomics = mode == 1;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cublasGetAtomicsMode))]
    public static cublasStatus_t cublasGetAtomicsMode(nint handle, uint* mode) => BlasBoundary.Call(nameof(cublasGetAtomicsMode), handle, known =>
    {
        RequirePointer(mode);
        *mode = known.AllowsAtomics ? 1u : 0;
    });

    private static void RequirePointer(void* pointer) => Require(pointer is not null, "a pointer is null.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new BlasException(CUBLAS_STATUS_INVALID_VALUE, otherwise);
    }
}
