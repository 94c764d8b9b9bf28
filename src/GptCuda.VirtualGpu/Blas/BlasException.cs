namespace GptCuda.VirtualGpu.Blas;

/// <summary>A call that cuBLAS refuses; becomes its status code at the boundary.</summary>
internal sealed class BlasException(cublasStatus_t status, string message) : Exception(message)
{
    /// <summary>The status code.</summary>
    public cublasStatus_t Status { get; } = status;
}
