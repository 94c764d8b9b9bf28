using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An operation on two sources, a vector of lanes at a time.</summary>
internal interface IVectorBinary<T>
    where T : unmanaged
{
    /// <summary>The result of each lane.</summary>
    static abstract Vector256<T> Invoke(Vector256<T> a, Vector256<T> b);
}
