using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>Extents, stream and attributes of cuLaunchKernelEx.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct CUlaunchConfig
{
    [FieldOffset(0)] internal uint gridDimX;
    [FieldOffset(4)] internal uint gridDimY;
    [FieldOffset(8)] internal uint gridDimZ;
    [FieldOffset(12)] internal uint blockDimX;
    [FieldOffset(16)] internal uint blockDimY;
    [FieldOffset(20)] internal uint blockDimZ;
    [FieldOffset(24)] internal uint sharedMemBytes;
    [FieldOffset(32)] internal nint hStream;
    [FieldOffset(40)] internal CUlaunchAttribute* attrs;
    [FieldOffset(48)] internal uint numAttrs;
}
