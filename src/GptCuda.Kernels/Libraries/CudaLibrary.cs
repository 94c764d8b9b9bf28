namespace GptCuda.Kernels.Libraries;

/// <summary>The native libraries that are looked for.</summary>
public enum CudaLibrary
{
    /// <summary>The driver, which the GPU's own installer brings.</summary>
    Driver,

    /// <summary>The run-time compiler.</summary>
    Nvrtc,

    /// <summary>Matrix products.</summary>
    Cublas,
}
