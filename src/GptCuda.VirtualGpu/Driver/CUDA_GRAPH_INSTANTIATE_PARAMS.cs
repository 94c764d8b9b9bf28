using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>How a graph is instantiated, and what became of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct CUDA_GRAPH_INSTANTIATE_PARAMS
{
    [FieldOffset(0)] internal ulong flags;
    [FieldOffset(8)] internal nint hUploadStream;
    [FieldOffset(16)] internal nint hErrNode_out;
    [FieldOffset(24)] internal uint result_out;
}
