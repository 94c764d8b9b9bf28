namespace GptCuda.Kernels.Native.Driver;

/// <summary>A kernel in a module.</summary>
internal readonly record struct CUfunction(nint Value);
