namespace GptCuda.Kernels.Launching;

/// <summary>What a compiled kernel takes, as the driver says.</summary>
/// <param name="Registers">Registers a thread.</param>
/// <param name="LocalBytes">Bytes of local memory a thread: spilled registers and stack; 0 for every kernel of this project.</param>
/// <param name="SharedBytes">Bytes of static shared memory a block.</param>
/// <param name="MaxThreadsPerBlock">Most threads of a block, from its registers or its launch bounds.</param>
/// <param name="PtxVersion">10 x major + minor of the PTX architecture that it was compiled for.</param>
/// <param name="BinaryVersion">10 x major + minor of the machine code's architecture.</param>
public sealed record KernelResources(
    int Registers, int LocalBytes, int SharedBytes, int MaxThreadsPerBlock, int PtxVersion, int BinaryVersion);
