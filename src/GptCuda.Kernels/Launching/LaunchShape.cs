namespace GptCuda.Kernels.Launching;

/// <summary>How a kernel is spread over the GPU.</summary>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="SharedBytes">Bytes of dynamic shared memory of a block.</param>
public readonly record struct LaunchShape(Dim3 Grid, Dim3 Block, int SharedBytes = 0);
