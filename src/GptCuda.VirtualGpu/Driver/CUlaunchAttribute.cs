using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>One attribute of a launch; of its value only the first word is read here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct CUlaunchAttribute
{
    [FieldOffset(0)] internal CUlaunchAttributeID id;
    [FieldOffset(8)] internal int value;
}
