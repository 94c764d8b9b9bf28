namespace GptCuda.Kernels.Native.Driver;

/// <summary>A recorded graph.</summary>
internal readonly record struct CUgraph(nint Value);
