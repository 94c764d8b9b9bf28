namespace GptCuda.Kernels.Native.Driver;

/// <summary>An instantiated graph.</summary>
internal readonly record struct CUgraphExec(nint Value);
