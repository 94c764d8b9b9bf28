using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using static GptCuda.VirtualGpu.Blas.cublasStatus_t;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>Where cuBLAS's calls come in: the driver's boundary, with cuBLAS's status codes.</summary>
internal static class BlasBoundary
{
    private static readonly HandleTable<BlasHandle> Handles = new("cuBLAS handle");

    /// <summary>A call in the thread's current context.</summary>
    public static cublasStatus_t Call(string function, Action<VirtualContext> body)
    {
        cublasStatus_t? refused = null;
        CUresult result = Boundary.OnContext(function, context =>
        {
            try
            {
                body(context);
            }
            catch (BlasException problem)
            {
                refused = problem.Status;
                throw new DriverException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{problem.Status}: {problem.Message}");
            }
        });
        return refused ?? Of(result);
    }

    /// <summary>A call on a live handle.</summary>
    public static cublasStatus_t Call(string function, nint handle, Action<BlasHandle> body) =>
        Call(function, context => body(Get(context, handle)));

    /// <summary>Keeps a new handle.</summary>
    public static nint Add(BlasHandle handle) => Handles.Add(handle);

    /// <summary>Forgets a handle.</summary>
    public static void Remove(nint handle) => Handles.Remove(handle);

    private static BlasHandle Get(VirtualContext context, nint handle)
    {
        if (Handles.Find(handle) is not { Context.IsDestroyed: false } known)
            throw new BlasException(CUBLAS_STATUS_NOT_INITIALIZED, $"0x{handle:x} is no live cuBLAS handle.");
        return known.Context == context
            ? known
            : throw new BlasException(CUBLAS_STATUS_EXECUTION_FAILED, "the handle was made in another context than the current one.");
    }

    private static cublasStatus_t Of(CUresult result) => result switch
    {
        CUresult.CUDA_SUCCESS => CUBLAS_STATUS_SUCCESS,
        CUresult.CUDA_ERROR_NOT_INITIALIZED or CUresult.CUDA_ERROR_INVALID_CONTEXT or CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED =>
            CUBLAS_STATUS_NOT_INITIALIZED,
        CUresult.CUDA_ERROR_OUT_OF_MEMORY => CUBLAS_STATUS_ALLOC_FAILED,
        CUresult.CUDA_ERROR_INVALID_VALUE or CUresult.CUDA_ERROR_INVALID_HANDLE => CUBLAS_STATUS_INVALID_VALUE,
        CUresult.CUDA_ERROR_UNKNOWN => CUBLAS_STATUS_INTERNAL_ERROR,
        _ => CUBLAS_STATUS_EXECUTION_FAILED,
    };
}
