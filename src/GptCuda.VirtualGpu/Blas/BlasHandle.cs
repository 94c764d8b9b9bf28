using GptCuda.VirtualGpu.Driver;

namespace GptCuda.VirtualGpu.Blas;

/// <summary>A cuBLAS context: settings that the products asked for through it share.</summary>
/// <remarks>Guarded by the driver's lock.</remarks>
internal sealed class BlasHandle(VirtualContext context)
{
    /// <summary>The CUDA context that it was made in, and works in.</summary>
    public VirtualContext Context { get; } = context;

    /// <summary>The stream's handle; 0 is the legacy default stream.</summary>
    public nint Stream { get; private set; }

    /// <summary>The user's workspace, or none: then it is cuBLAS's own, which the first product allocates.</summary>
    public (ulong Address, long Bytes) Workspace { get; private set; }

    /// <summary>Whether a product has run, so that cuBLAS has what it needs.</summary>
    public bool IsWarm { get; set; }

    public cublasPointerMode_t PointerMode { get; set; } = cublasPointerMode_t.CUBLAS_POINTER_MODE_HOST;

    public cublasMath_t MathMode { get; set; } = cublasMath_t.CUBLAS_DEFAULT_MATH;

    /// <summary>Whether results may depend on the order of atomic additions.</summary>
    public bool AllowsAtomics { get; set; }

    /// <summary>Sets the stream, which takes the user's workspace away again, as the real library does.</summary>
    public void SetStream(nint stream) => (Stream, Workspace) = (stream, default);

    /// <summary>Gives it a workspace; 0 bytes give it its own again.</summary>
    public void SetWorkspace(ulong address, long bytes) => Workspace = bytes == 0 ? default : (address, bytes);
}
