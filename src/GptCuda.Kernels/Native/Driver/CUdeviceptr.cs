namespace GptCuda.Kernels.Native.Driver;

/// <summary>An address in device memory.</summary>
internal readonly record struct CUdeviceptr(ulong Value);
