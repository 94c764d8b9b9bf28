namespace GptCuda.Kernels.Native.Driver;

/// <summary>A context: one GPU's address space and everything made in it.</summary>
internal readonly record struct CUcontext(nint Value);
