namespace GptCuda.Kernels.Native.Driver;

/// <summary>A point in a stream.</summary>
internal readonly record struct CUevent(nint Value);
