using System.Runtime.InteropServices;

namespace GptCuda.Kernels.Native.Driver;

/// <summary>The value of a launch attribute: a union, of which the members in use are declared.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct CUlaunchAttributeValue
{
    [FieldOffset(0)] public int cooperative;
    [FieldOffset(0)] public int programmaticStreamSerializationAllowed;
}
