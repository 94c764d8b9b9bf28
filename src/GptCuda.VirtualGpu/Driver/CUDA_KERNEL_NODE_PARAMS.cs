using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>A kernel node: CUDA_KERNEL_NODE_PARAMS_v2.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct CUDA_KERNEL_NODE_PARAMS
{
    [FieldOffset(0)] internal nint func;
    [FieldOffset(8)] internal uint gridDimX;
    [FieldOffset(12)] internal uint gridDimY;
    [FieldOffset(16)] internal uint gridDimZ;
    [FieldOffset(20)] internal uint blockDimX;
    [FieldOffset(24)] internal uint blockDimY;
    [FieldOffset(28)] internal uint blockDimZ;
    [FieldOffset(32)] internal uint sharedMemBytes;
    [FieldOffset(40)] internal void** kernelParams;
    [FieldOffset(48)] internal void** extra;
    [FieldOffset(56)] internal nint kern;
    [FieldOffset(64)] internal nint ctx;
}
