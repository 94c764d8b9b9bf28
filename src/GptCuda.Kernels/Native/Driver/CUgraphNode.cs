namespace GptCuda.Kernels.Native.Driver;

/// <summary>A node of a graph.</summary>
internal readonly record struct CUgraphNode(nint Value);
