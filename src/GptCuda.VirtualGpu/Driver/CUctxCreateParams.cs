using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>What else a context is created with.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct CUctxCreateParams
{
    [FieldOffset(0)] internal nint execAffinityParams;
    [FieldOffset(8)] internal int numExecAffinityParams;
    [FieldOffset(16)] internal nint cigParams;
}
