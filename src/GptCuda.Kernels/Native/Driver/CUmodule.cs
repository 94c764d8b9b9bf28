namespace GptCuda.Kernels.Native.Driver;

/// <summary>A loaded image.</summary>
internal readonly record struct CUmodule(nint Value);
