using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Native.Driver;

/// <summary>One attribute of a launch.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct CUlaunchAttribute
{
    [FieldOffset(0)] public CUlaunchAttributeID id;
    [FieldOffset(8)] public CUlaunchAttributeValue value;
}
