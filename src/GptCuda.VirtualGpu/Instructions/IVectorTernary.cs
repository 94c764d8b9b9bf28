using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An operation on three sources, a vector of lanes at a time.</summary>
internal interface IVectorTernary<T>
    where T : unmanaged
{
    /// <summary>The result of each lane.</summary>
    static abstract Vector256<T> Invoke(Vector256<T> a, Vector256<T> b, Vector256<T> c);
}
