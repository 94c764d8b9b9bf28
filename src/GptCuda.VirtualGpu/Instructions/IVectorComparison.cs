using System.Runtime.Intrinsics;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>A comparison, a vector of lanes at a time.</summary>
internal interface IVectorComparison<T>
    where T : unmanaged
{
    /// <summary>All ones in each lane where it holds, else zeros.</summary>
    static abstract Vector256<T> Invoke(Vector256<T> a, Vector256<T> b);
}
