using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>What became of a graph's update.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct CUgraphExecUpdateResultInfo
{
    [FieldOffset(0)] internal CUgraphExecUpdateResult result;
    [FieldOffset(8)] internal nint errorNode;
    [FieldOffset(16)] internal nint errorFromNode;
}
