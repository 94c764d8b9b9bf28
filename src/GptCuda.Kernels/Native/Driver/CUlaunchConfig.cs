using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Native.Driver;

/// <summary>The shape, stream and attributes of a launch.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct CUlaunchConfig
{
    [FieldOffset(0)] public uint gridDimX;
    [FieldOffset(4)] public uint gridDimY;
    [FieldOffset(8)] public uint gridDimZ;
    [FieldOffset(12)] public uint blockDimX;
    [FieldOffset(16)] public uint blockDimY;
    [FieldOffset(20)] public uint blockDimZ;
    [FieldOffset(24)] public uint sharedMemBytes;
    [FieldOffset(32)] public CUstream hStream;
    [FieldOffset(40)] public CUlaunchAttribute* attrs;
    [FieldOffset(48)] public uint numAttrs;
}
