namespace GptCuda.Kernels.Native.Driver;

/// <summary>A GPU by its number.</summary>
internal readonly record struct CUdevice(int Value);
