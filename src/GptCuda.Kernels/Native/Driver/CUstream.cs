namespace GptCuda.Kernels.Native.Driver;

/// <summary>A queue of work.</summary>
internal readonly record struct CUstream(nint Value);
